import { limits } from '@parley/protocol';
import { topicOf, type Topic } from '../delivery.ts';
import type { Log } from '../log.ts';
import type { Head, Rpc } from '../rpc/rpc.ts';
import type { Hub } from './hub.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';
import type { TopicListeners } from './topic-listeners.ts';

export interface HeadCheckOptions {
  readonly rpc: Rpc;
  readonly hub: Hub;
  readonly wheel: TimerWheel;
  readonly log: Log;
}

/** Conversations in one question. */
const chunkMax = 500;
/** What `logic` is ahead by may still be on its way through the queue; only after this long it counts as lost. */
const graceMs = 2_000;
/** One round over all conversations; with the grace it stays within a heartbeat. [D7] */
const roundMs = limits.heartbeatIntervalMs - 5_000;

/**
 * Finds lost last pushes: asks `logic` where the conversations with listeners here stand, all of them once in `roundMs`, a
 * chunk at a time, and publishes the head of those that are behind. [D7]
 */
export class HeadCheck extends Timed {
  private readonly options: HeadCheckOptions;
  private round: Iterator<TopicListeners> | undefined;
  /** The round that runs is taken without pauses. */
  private isHurried = false;

  constructor(options: HeadCheckOptions) {
    super();
    this.options = options;
  }

  start(): void {
    this.options.wheel.schedule(this, this.pauseMs());
  }

  /** Takes a whole round now: many pushes may have been lost together. */
  hurry(): void {
    this.round = undefined;
    this.isHurried = true;
    this.options.wheel.schedule(this, 0);
  }

  override expire(): void {
    const ids = this.nextChunk();
    if (this.round === undefined) this.isHurried = false;
    this.options.wheel.schedule(this, this.isHurried ? 0 : this.pauseMs());
    if (ids.length > 0) void this.ask(ids);
  }

  private pauseMs(): number {
    return roundMs / Math.max(1, Math.ceil(this.options.hub.topicCount / chunkMax));
  }

  /** The iterator goes along with topics that come and go, so a round never begins anew. */
  private nextChunk(): number[] {
    this.round ??= this.options.hub.listened();
    const ids = new Set<number>();
    for (let looked = 0; looked < chunkMax; looked++) {
      const step = this.round.next();
      if (step.done === true) {
        this.round = undefined;
        break;
      }
      const { topic } = step.value;
      if (topic.startsWith('c:') || topic.startsWith('h:')) ids.add(Number(topic.slice(2)));
    }
    return [...ids];
  }

  private async ask(ids: readonly number[]): Promise<void> {
    try {
      const heads = await this.options.rpc.call('logic').heads(ids);
      const ahead = heads.filter((head) => topicsOf(head).some((topic) => this.isBehind(topic, head)));
      if (ahead.length > 0) this.options.wheel.schedule(new Suspicion(() => this.confirm(ahead)), graceMs);
    } catch (error) {
      this.options.log.debug(
        { error, conversations: ids.length },
        'Heads could not be asked for; the next round asks again',
      );
    }
  }

  private confirm(heads: readonly Head[]): void {
    for (const head of heads)
      for (const topic of topicsOf(head))
        if (this.isBehind(topic, head)) {
          this.options.hub.doubt(topic, head.version);
          this.options.hub.publish({ topic, push: { push: 'conversation.head', ...head } });
        }
  }

  private isBehind(topic: Topic, head: Head): boolean {
    const listeners = this.options.hub.of(topic);
    return listeners !== undefined && listeners.version < head.version;
  }
}

function topicsOf({ conversationId }: Head): Topic[] {
  return [topicOf.conversation(conversationId), topicOf.heads(conversationId)];
}

class Suspicion extends Timed {
  private readonly confirm: () => void;

  constructor(confirm: () => void) {
    super();
    this.confirm = confirm;
  }

  override expire(): void {
    this.confirm();
  }
}
