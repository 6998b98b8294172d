import type { Topic } from '../delivery.ts';
import type { Log } from '../log.ts';
import { presenceLimits, type NodeRef, type Presence, type Route } from '../presence/presence.ts';
import type { Connections } from './connections.ts';
import type { HeadCheck } from './head-check.ts';
import type { Hub } from './hub.ts';
import type { RollCall } from './roll-call.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';

export interface HeartbeatOptions {
  readonly presence: Presence;
  readonly node: NodeRef;
  readonly wheel: TimerWheel;
  readonly hub: Hub;
  readonly connections: Connections;
  readonly rollCall: RollCall;
  readonly headCheck: HeadCheck;
  readonly log: Log;
}

const intervalMs = presenceLimits.nodeTtlMs / 3;
/** Said in one call when everything has to be said again. */
const chunkMax = 1_000;

/** Tells `presence` that this node lives, and everything it knew of it when it forgot; then looks whether it holds too much. [P3, D15] */
export class Heartbeat extends Timed {
  private readonly options: HeartbeatOptions;
  private running: Promise<void> | undefined;
  /** Everything was said, and heard by a presence that has not forgotten it since. */
  private isHeld = false;
  /** So it was once: what is not known then was forgotten. */
  private wasHeld = false;

  constructor(options: HeartbeatOptions) {
    super();
    this.options = options;
  }

  start(): void {
    this.expire();
  }

  override expire(): void {
    this.options.wheel.schedule(this, intervalMs);
    this.running ??= this.beat();
  }

  /** Resolves when no call is out. */
  async settled(): Promise<void> {
    await this.running;
  }

  private async beat(): Promise<void> {
    const { rollCall, log } = this.options;
    try {
      await this.say();
      await rollCall.beat();
    } catch (error) {
      rollCall.doubt();
      log.warn({ error }, 'The heartbeat did not reach presence');
    } finally {
      this.running = undefined;
    }
  }

  /** A second beat says that all was said, so none is sent before it was; nor is one without an answer taken for heard. [P7] */
  private async say(): Promise<void> {
    const { presence, node, headCheck } = this.options;
    if (!this.isHeld) await this.sayAll();
    this.isHeld = false;
    const { isKnown } = await presence.beat(node);
    if (!isKnown) {
      await this.sayAll();
      // Where presence was emptied the queue may have been, too: often one engine has both. [D7, D15]
      if (this.wasHeld) headCheck.hurry();
    }
    this.isHeld = isKnown || (await presence.beat(node)).isKnown;
    this.wasHeld ||= this.isHeld;
  }

  private async sayAll(): Promise<void> {
    const { presence, node, rollCall } = this.options;
    // Who goes meanwhile may be heard to go before they are heard to be here.
    rollCall.doubt();
    for (const topics of chunksOf(this.topics()))
      await presence.setInterest(
        node,
        topics.map((topic) => ({ topic, isListening: true })),
      );
    for (const routes of chunksOf(this.routes())) await Promise.all(routes.map((route) => presence.addRoute(route)));
  }

  private *topics(): Generator<Topic> {
    for (const { topic } of this.options.hub.listened()) yield topic;
    yield* this.options.hub.userTopics();
  }

  private *routes(): Generator<Route> {
    for (const { session, id } of this.options.connections.all())
      if (session !== undefined)
        yield { ...this.options.node, userId: session.userId, deviceId: session.deviceId, connectionId: id };
  }
}

function* chunksOf<Item>(items: Iterable<Item>): Generator<Item[]> {
  let chunk: Item[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < chunkMax) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
