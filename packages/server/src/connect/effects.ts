import type { ConnectionEffects } from '../rpc/rpc.ts';
import type { Session } from '../session.ts';
import type { Topic } from '../delivery.ts';
import type { ClosedNotices } from './closed-notices.ts';
import type { Connection } from './connection.ts';
import type { ConnectionIndex } from './connection-index.ts';
import type { Fence } from './fence.ts';
import type { Hub } from './hub.ts';
import type { Interest } from './interest.ts';

export interface EffectsOptions {
  readonly hub: Hub;
  readonly interest: Interest;
  readonly fence: Fence;
  readonly devices: ConnectionIndex;
  readonly notices: ClosedNotices;
  readonly socketsPerUser: number;
}

/** What outcomes of commands do to their connection. */
export class Effects {
  private readonly options: EffectsOptions;

  constructor(options: EffectsOptions) {
    this.options = options;
  }

  /**
   * Puts effects in force, except those that were overtaken since the command was sent at `sentAtMs`.
   * @returns false when `presence` does not know yet of all the connection listens to now: then the reply waits for `settled`. [D6]
   */
  apply(connection: Connection, effects: ConnectionEffects | undefined, sentAtMs: number): boolean {
    if (effects === undefined) return true;
    if (effects.session !== undefined) this.signIn(connection, effects.session, sentAtMs);
    if (connection.isClosed) return true;
    const { subscribe = [], floors = [], unsubscribe = [], presence } = effects;
    for (const topic of subscribe) this.listen(connection, topic, sentAtMs);
    this.options.hub.raise(floors);
    for (const topic of unsubscribe) this.options.hub.unsubscribe(connection, topic);
    if (presence !== undefined) this.watch(connection, presence);
    return (
      this.options.interest.isSettled ||
      (subscribe.length === 0 && presence === undefined && effects.session === undefined)
    );
  }

  settled(): Promise<void> {
    return this.options.interest.settled();
  }

  private signIn(connection: Connection, session: Session, sentAtMs: number): void {
    connection.session = session;
    // The socket went while its sign-in was out: its route was made, so its end has to be told.
    if (connection.isClosed) {
      this.options.notices.add(connection.id, session);
      return;
    }
    this.options.hub.identify(connection, session.userId);
    this.options.devices.add(session.deviceId, connection);
    if (!this.options.fence.maySignIn(session.deviceId, sentAtMs)) connection.close('session-ended');
    else if (this.options.hub.connectionsOf(session.userId).length > this.options.socketsPerUser)
      connection.close('too-many-connections');
  }

  private listen(connection: Connection, topic: Topic, sentAtMs: number): void {
    if (this.options.fence.mayListen(connection.userId, topic, sentAtMs)) this.options.hub.subscribe(connection, topic);
  }

  private watch(connection: Connection, topics: readonly Topic[]): void {
    const wanted = new Set(topics);
    for (const { topic } of connection.topics)
      if (topic.startsWith('p:') && !wanted.has(topic)) this.options.hub.unsubscribe(connection, topic);
    for (const topic of wanted) this.options.hub.subscribe(connection, topic);
  }
}
