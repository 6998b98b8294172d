import type { Topic } from '../delivery.ts';
import type { Log } from '../log.ts';
import type { Rpc } from '../rpc/rpc.ts';
import type { Hub } from './hub.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';

export interface ListenerCheckOptions {
  readonly rpc: Rpc;
  readonly hub: Hub;
  readonly wheel: TimerWheel;
  readonly log: Log;
}

/** Groups looked up at a time. */
const atOnceMax = 16;
/** After a look that failed, or that newer changes overtook. */
const retryMs = 1_000;

/**
 * Looks up who may still listen to groups of which a change was never heard: a `logic` node that ends between the commit of a
 * removal and the word of it leaves the removed listening, and other nodes' messages go on in order. Meanwhile the hub tells the
 * changes of such a group as heads. [D8, F1]
 */
export class ListenerCheck extends Timed {
  private readonly options: ListenerCheckOptions;
  private readonly doubted = new Set<Topic>();
  private isRunning = false;

  constructor(options: ListenerCheckOptions) {
    super();
    this.options = options;
  }

  add(topic: Topic): void {
    this.doubted.add(topic);
    if (!this.isRunning && this.next === undefined) void this.run();
  }

  override expire(): void {
    void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    const topics = [...this.doubted].slice(0, atOnceMax);
    for (const topic of topics) this.doubted.delete(topic);
    const open = await Promise.all(topics.map(async (topic) => ((await this.isSettled(topic)) ? [] : [topic])));
    for (const topic of open.flat()) this.doubted.add(topic);
    this.isRunning = false;
    if (this.doubted.size > 0) this.options.wheel.schedule(this, retryMs);
  }

  private async isSettled(topic: Topic): Promise<boolean> {
    const { hub, rpc, log } = this.options;
    const { userIds } = hub.audience(topic, Infinity);
    try {
      return hub.settle(topic, userIds, await rpc.call('logic').membersAmong(Number(topic.slice(2)), userIds));
    } catch (error) {
      log.debug({ error, topic }, 'The listeners of a group could not be looked up; asking again');
      return false;
    }
  }
}
