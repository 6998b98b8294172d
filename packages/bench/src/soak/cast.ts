import { createClient, type ParleyClient } from '@parley/sdk';
import type { HistoryRecorder } from '../checker/history.ts';
import { ask } from './activities/ask.ts';
import { breakOff } from './activities/break-off.ts';
import { callOverTcp } from './activities/call-over-tcp.ts';
import { commute } from './activities/commute.ts';
import { joinAndLeave } from './activities/join-and-leave.ts';
import { readSlowly } from './activities/read-slowly.ts';
import type { Scene } from './activities/scene.ts';
import { trade } from './activities/trade.ts';
import { visit } from './activities/visit.ts';
import type { Activity } from './crowd.ts';
import { JudgedDevice } from './judged-device.ts';
import { clubMembers, type Citizen, type Town } from './town.ts';

const judgedPauseMs = 1_500;

/** Who stays from beginning to end: the judged devices and the traders. What the server holds with only them is what is compared. */
export class Cast implements AsyncDisposable {
  readonly judged: readonly JudgedDevice[];
  private readonly traders: readonly ParleyClient[];
  private readonly scene: Scene;

  private constructor(scene: Scene, judged: readonly JudgedDevice[], traders: readonly ParleyClient[]) {
    this.scene = scene;
    this.judged = judged;
    this.traders = traders;
  }

  static async open(scene: Scene, history: HistoryRecorder): Promise<Cast> {
    const { town, random, texts } = scene;
    for (const { id, kind } of town.judged) history.record({ event: 'conversation', conversationId: id, kind });
    // The first one has two devices. [D16]
    const owners = [...town.recorders.slice(0, 1), ...town.recorders];
    const judged: JudgedDevice[] = [];
    for (const [index, citizen] of owners.entries()) {
      const name = `${citizen.userName}/${index === 0 ? 2 : 1}`;
      judged.push(await JudgedDevice.open({ name, citizen, town, history, random, texts }));
    }
    const traders: ParleyClient[] = [];
    for (const citizen of town.traders) traders.push(await openTrader(town, citizen));
    return new Cast(scene, judged, traders);
  }

  /** All that goes on: theirs, and that of those who come and go. */
  activities(): Activity[] {
    const { scene } = this;
    const { commuters, recorders } = scene.town;
    const [owner] = this.traders;
    const [first, second, third, fourth, ...others] = commuters;
    if (
      owner === undefined ||
      first === undefined ||
      second === undefined ||
      third === undefined ||
      fourth === undefined
    )
      return [];
    return [
      ...this.judged.map((device) => ({ name: 'judged', meanPauseMs: judgedPauseMs, once: () => device.act() })),
      ...this.traders.map((client) => trade(client, scene)),
      ...others.map((citizen) => commute(citizen, scene)),
      ...[first, second].map((citizen) => breakOff(citizen, scene)),
      readSlowly(third, scene),
      callOverTcp(fourth, scene),
      joinAndLeave({ owner, members: this.traders.slice(0, clubMembers), guests: others }, scene),
      ...recorders.slice(0, 2).map((citizen) => ask(citizen, scene)),
      visit(scene),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.judged, ...this.traders].map((client) => client.close()));
  }
}

async function openTrader(town: Town, { token }: Citizen): Promise<ParleyClient> {
  const client = createClient({ apiUrl: town.apiUrl, socketUrl: town.socketUrl, token });
  await client.connect();
  client.conversation(town.market).open();
  return client;
}
