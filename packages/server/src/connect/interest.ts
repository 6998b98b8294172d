import type { Log } from '../log.ts';
import type { Topic } from '../delivery.ts';
import type { NodeRef, Presence } from '../presence/presence.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';

export interface InterestOptions {
  readonly presence: Presence;
  readonly node: NodeRef;
  readonly wheel: TimerWheel;
  readonly log: Log;
}

const retryMs = 1_000;

/** Tells `presence` which topics have listeners on this node: what changed meanwhile goes as one call, one call at a time. */
export class Interest extends Timed {
  private readonly options: InterestOptions;
  private changes = new Map<Topic, boolean>();
  private running: Promise<void> | undefined;

  constructor(options: InterestOptions) {
    super();
    this.options = options;
  }

  /** The topic has its first, or lost its last, listener here. */
  set(topic: Topic, isListening: boolean): void {
    this.changes.set(topic, isListening);
    this.running ??= this.run();
  }

  get isSettled(): boolean {
    return this.running === undefined;
  }

  /**
   * Resolves when what was set before is known to `presence`, or could not be said: then it is said later, and the heads
   * repair what was missed. [D7, D15]
   */
  async settled(): Promise<void> {
    await this.running;
  }

  override expire(): void {
    if (this.changes.size > 0) this.running ??= this.run();
  }

  private async run(): Promise<void> {
    await Promise.resolve(); // What is set in the same turn goes along.
    while (this.changes.size > 0 && (await this.tell()));
    this.running = undefined;
  }

  /** Resolves with whether it worked. */
  private async tell(): Promise<boolean> {
    const { changes } = this;
    this.changes = new Map();
    try {
      const list = Array.from(changes, ([topic, isListening]) => ({ topic, isListening }));
      await this.options.presence.setInterest(this.options.node, list);
      return true;
    } catch (error) {
      this.options.log.warn({ error, topics: changes.size }, 'Interest could not be told; trying again');
      for (const [topic, isListening] of this.changes) changes.set(topic, isListening);
      this.changes = changes;
      this.options.wheel.schedule(this, retryMs);
      return false;
    }
  }
}
