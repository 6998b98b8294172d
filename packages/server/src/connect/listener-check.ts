import { topicOf, type Topic } from '../delivery.ts';
import type { Log } from '../log.ts';
import type { Listeners, Membership, Rpc } from '../rpc/rpc.ts';
import type { Hub } from './hub.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';

export interface ListenerCheckOptions {
  readonly rpc: Rpc;
  readonly hub: Hub;
  readonly wheel: TimerWheel;
  readonly log: Log;
}

export const listenerCheckLimits = {
  /** Groups of one call, and listeners of all of them; a group with more is asked for alone. */
  groupsMax: 256,
  usersMax: 4_096,
  /** After a look that failed, or was too early. */
  retryMs: 1_000,
} as const;

/**
 * Looks up who may still listen to groups of which a change was never heard: a `logic` node that ends between the commit of a
 * removal and the word of it leaves the removed listening, and other nodes' messages go on in order. Meanwhile the hub tells the
 * changes of such a group as heads. One call is out at a time, the next one goes at once: what a lost queue leaves in doubt, which
 * may be every group, is looked up as fast as `logic` answers one caller. [D8, F1]
 */
export class ListenerCheck extends Timed {
  private readonly options: ListenerCheckOptions;
  private readonly doubted = new Set<Topic>();
  /** Looked at again after a while. */
  private readonly later = new Set<Topic>();
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
    for (const topic of this.later) this.doubted.add(topic);
    this.later.clear();
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    await Promise.resolve(); // What is doubted in the same turn goes along.
    for (let next = this.takeNext(); next.length > 0; next = this.takeNext()) if (!(await this.look(next))) break;
    this.isRunning = false;
    if (this.doubted.size + this.later.size > 0) this.options.wheel.schedule(this, listenerCheckLimits.retryMs);
  }

  private takeNext(): Listeners[] {
    const { hub } = this.options;
    const taken: Listeners[] = [];
    let users = 0;
    for (const topic of this.doubted) {
      const { userIds } = hub.audience(topic, Infinity);
      users += userIds.length;
      const isFull = taken.length === listenerCheckLimits.groupsMax || users > listenerCheckLimits.usersMax;
      if (isFull && taken.length > 0) break;
      this.doubted.delete(topic);
      // Settled by an earlier look, or without listeners.
      if (hub.of(topic)?.isInDoubt === true) taken.push({ conversationId: Number(topic.slice(2)), userIds });
    }
    return taken;
  }

  /** Resolves with whether there was an answer. */
  private async look(groups: readonly Listeners[]): Promise<boolean> {
    const { hub } = this.options;
    const memberships = await this.ask(groups);
    for (const [index, { conversationId, userIds }] of groups.entries()) {
      const topic = topicOf.conversation(conversationId);
      const membership = memberships?.[index];
      if (membership === undefined || !hub.settle(topic, userIds, membership)) this.later.add(topic);
    }
    return memberships !== undefined;
  }

  private async ask(groups: readonly Listeners[]): Promise<readonly Membership[] | undefined> {
    const { rpc, log } = this.options;
    try {
      return await rpc.call('logic').membersAmong(groups);
    } catch (error) {
      log.debug({ error, groups: groups.length }, 'The listeners of groups could not be looked up; asking again');
      return undefined;
    }
  }
}
