import { createClient, ParleyError, type MessageItem, type ParleyClient } from '@parley/sdk';
import type { Random } from '../chaos/random.ts';
import type { AttemptEvent, OutcomeEvent, Shown } from '../checker/history-event.ts';
import type { HistoryRecorder } from '../checker/history.ts';
import type { DeviceTruth, ViewTruth } from '../checker/truth.ts';
import type { Texts } from './texts.ts';
import type { Citizen, Town } from './town.ts';

export interface JudgedDeviceParts {
  readonly name: string;
  readonly citizen: Citizen;
  readonly town: Town;
  readonly history: HistoryRecorder;
  readonly random: Random;
  readonly texts: Texts;
}

/** Own messages of a conversation that may be edited, the newest ones. */
const recentMax = 20;
const emoji = ['👍', '❤️', '🎉'] as const;
/** What becomes of a message later, as often as it stands here. */
const kinds = ['edit', 'edit', 'react', 'react', 'recall'] as const;

/** Somebody with the SDK in the judged conversations, connected from beginning to end. All it does and sees is written down. */
export class JudgedDevice {
  readonly name: string;
  private readonly parts: JudgedDeviceParts;
  private readonly client: ParleyClient;
  private readonly placeIds: readonly number[];
  private readonly recent = new Map<number, number[]>();
  private sends = 0;

  private constructor(parts: JudgedDeviceParts) {
    const { citizen, town } = parts;
    this.parts = parts;
    this.name = parts.name;
    this.placeIds = town.judged.filter(({ members }) => members.includes(citizen)).map(({ id }) => id);
    this.client = createClient({
      apiUrl: town.apiUrl,
      socketUrl: town.socketUrl,
      token: citizen.token,
      client: 'soak',
    });
  }

  static async open(parts: JudgedDeviceParts): Promise<JudgedDevice> {
    const device = new JudgedDevice(parts);
    const { name, citizen, history } = parts;
    history.record({ event: 'device', device: name, userId: citizen.id, transport: 'sdk' });
    device.listen();
    await device.client.connect();
    for (const id of device.placeIds) device.client.conversation(id).open();
    return device;
  }

  /** One thing people do: mostly writing. */
  async act(): Promise<void> {
    const { random } = this.parts;
    const id = random.pick(this.placeIds);
    const own = this.recent.get(id) ?? [];
    const kind = random.next();
    if (kind < 0.08) this.client.conversation(id).markRead();
    else if (kind < 0.25 && own.length > 0) await this.change(id, random.pick(own));
    else await this.send(id);
  }

  truth(): DeviceTruth {
    return { device: this.name, views: this.placeIds.map((id) => this.view(id)) };
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private listen(): void {
    const { name: device, history } = this.parts;
    this.client.on('push', ({ push }) => {
      const isJudged = push.push === 'message.changed' && this.placeIds.includes(push.message.conversationId);
      if (isJudged) history.record({ event: 'pushed', device, push });
    });
    this.client.on('message', ({ message, isOwn }) => {
      if (!this.placeIds.includes(message.conversationId)) return;
      history.record({ event: 'displayed', device, view: 1, message });
      if (isOwn) this.remember(message.conversationId, message.seq);
    });
    this.client.on('connection', ({ state }) => {
      if (state.status === 'online') history.record({ event: 'regained', device });
      else if (state.hasBeenOnline) history.record({ event: 'lost', device, reason: state.status });
    });
  }

  private remember(conversationId: number, seq: number): void {
    this.recent.set(conversationId, [...(this.recent.get(conversationId) ?? []), seq].slice(-recentMax));
  }

  private async send(conversationId: number): Promise<void> {
    const clientMsgId = `${this.name}-${++this.sends}`;
    const content = { type: 'text', text: this.parts.texts.next(conversationId) } as const;
    const attempt = this.parts.history.nextAttempt();
    await this.attempt(
      { event: 'send', attempt, device: this.name, conversationId, clientMsgId, content },
      async () => {
        const ack = await this.client.conversation(conversationId).sendAndWait(content, { clientMsgId });
        return { event: 'acked', attempt, ack };
      },
    );
  }

  private async change(conversationId: number, seq: number): Promise<void> {
    const { random, history, texts } = this.parts;
    const place = { conversationId, seq };
    const content = { type: 'text', text: texts.next(conversationId) } as const;
    const reaction = random.pick(emoji);
    const ways = {
      edit: () => this.client.request('message.edit', { ...place, content }),
      recall: () => this.client.request('message.recall', place),
      react: () => this.client.request('reaction.add', { ...place, emoji: reaction }),
    };
    const kind = random.pick(kinds);
    const attempt = history.nextAttempt();
    const target = { event: 'change', attempt, device: this.name, ...place, kind } as const;
    const body = kind === 'edit' ? { content } : kind === 'react' ? { emoji: reaction } : {};
    await this.attempt({ ...target, ...body }, async () => {
      const { version } = await ways[kind]();
      return { event: 'changed', attempt, version };
    });
  }

  /** Writes down what was tried and what came of it. @throws ParleyError */
  private async attempt(invoked: AttemptEvent, work: () => Promise<OutcomeEvent>): Promise<void> {
    const { history } = this.parts;
    history.record(invoked);
    try {
      history.record(await work());
    } catch (error) {
      history.record(outcomeOf(invoked.attempt, error));
      throw error;
    }
  }

  private view(id: number): ViewTruth {
    const handle = this.client.conversation(id);
    const { items, hasOlder } = handle.messages.getSnapshot();
    const readSeq = handle.view.getSnapshot()?.readSeq;
    const shown = items.flatMap((item) => shownOf(item) ?? []);
    return { conversationId: id, items: shown, hasOlder, ...(readSeq === undefined ? {} : { readSeq }) };
  }
}

/** What the client itself gave up on may have been done. */
function outcomeOf(attempt: number, error: unknown): OutcomeEvent {
  if (!(error instanceof ParleyError) || error.code === 'unavailable') return { event: 'unknown', attempt };
  return { event: 'refused', attempt, code: error.code, retryable: error.retryable };
}

/** Undefined: not stored yet. */
function shownOf({ seq, id, ...item }: MessageItem): Shown | undefined {
  return seq === undefined || id === undefined ? undefined : { ...item, seq, id };
}
