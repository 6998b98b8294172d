import { limits } from '@parley/protocol';
import type { Delivery, Topic } from '../delivery.ts';
import type { Floor, Membership } from '../rpc/rpc.ts';
import { headOf, isEphemeralDelivery, leavesGap, publishable, seqOf, versionOf } from './change.ts';
import type { Connection } from './connection.ts';
import { ConnectionIndex } from './connection-index.ts';
import { EncodeOnce } from './encode-once.ts';
import type { Fence } from './fence.ts';
import type { Frame } from './frame.ts';
import type { Interest } from './interest.ts';
import { TopicListeners, type Listener } from './topic-listeners.ts';

export interface HubOptions {
  readonly interest: Interest;
  readonly fence: Fence;
  /** Called when somebody may listen to a group whose removal was never heard. */
  onDoubt(topic: Topic): void;
  /** Called with each delivery after it was published, for the heads of rooms not on screen. */
  onPublished(delivery: Delivery): void;
  /** Called whenever as much was published as a connection may have waiting unnoticed. */
  onPressure(): void;
}

/** Bytes published between two looks at how much each connection has waiting: with the half at which it counts as slow it stays within the buffer. */
const pressureBytes = limits.socketBufferBytesMax / 4;

/** Who on this node listens to what. Joining, leaving and publishing cost nothing that grows with the size of a room but its sockets. */
export class Hub {
  private readonly options: HubOptions;
  private readonly topics = new Map<Topic, TopicListeners>();
  private readonly users = new ConnectionIndex();
  private readonly encoded = new EncodeOnce();
  private pressure = 0;
  /** Frames handed to sockets, and their payload bytes, since the start. */
  frames = 0;
  bytes = 0;
  /** Connections that get no ephemeral pushes for now. */
  slowCount = 0;

  constructor(options: HubOptions) {
    this.options = options;
  }

  get topicCount(): number {
    return this.topics.size + this.users.size;
  }

  /** Topics with listeners here, in the order in which they got their first one; new ones may be added while iterating. */
  listened(): IterableIterator<TopicListeners> {
    return this.topics.values();
  }

  userTopics(): IteratorObject<Topic> {
    return this.users.keys().map((userId): Topic => `u:${userId}`);
  }

  has(topic: Topic): boolean {
    return topic.startsWith('u:') ? this.users.has(idOf(topic)) : this.topics.has(topic);
  }

  of(topic: Topic): TopicListeners | undefined {
    return this.topics.get(topic);
  }

  connectionsOf(userId: number): readonly Connection[] {
    return this.users.of(userId);
  }

  /** The connection is this user's from now on; the same as listening to the user's topic. */
  identify(connection: Connection, userId: number): void {
    if (connection.userId === userId) return;
    for (const listeners of connection.topics) {
      if (connection.userId !== 0) listeners.users.remove(connection.userId);
      listeners.users.add(userId);
    }
    this.forgetUser(connection);
    connection.userId = userId;
    if (this.users.add(userId, connection)) this.options.interest.set(`u:${userId}`, true);
  }

  /** What it listens to already stays. */
  subscribe(connection: Connection, topic: Topic): void {
    if (connection.isClosed) return;
    if (topic.startsWith('u:')) {
      this.identify(connection, idOf(topic));
      return;
    }
    let listeners = this.topics.get(topic);
    if (listeners === undefined) {
      listeners = new TopicListeners(topic);
      this.topics.set(topic, listeners);
      this.options.interest.set(topic, true);
    } else if (connection.topics.has(listeners)) return;
    connection.topics.add(listeners);
    listeners.add(connection);
  }

  /**
   * A member has just begun to listen. When pushes from before they joined may still be on their way, all of those are told
   * as one head, now, and are old when they come; everyone's sync shows each what they may see. [D8]
   */
  raise(floors: readonly Floor[]): void {
    for (const floor of floors) {
      const listeners = this.topics.get(floor.topic);
      if (listeners === undefined) continue;
      listeners.isFenced = true;
      // The removal of whom this lets in may be what was not heard.
      if (floor.version < listeners.lookedUpAt) this.doubt(floor.topic, listeners.lookedUpAt);
      if (listeners.seq > floor.joinSeq || listeners.version >= floor.version) continue;
      // Who is alone reads all of it right after this.
      if (listeners.count > 1) this.publishTo(listeners, headOf(floor.topic, floor));
      listeners.reached(floor);
    }
  }

  /**
   * What is told of a group leaves something out that happened up to `version`: whoever was removed by it may listen still. Until
   * `settle` its changes are told as heads. [D8]
   */
  doubt(topic: Topic, version: number): void {
    const listeners = this.topics.get(topic);
    if (listeners?.isFenced !== true) return;
    listeners.doubtedUpTo = Math.max(listeners.doubtedUpTo, version);
    this.options.onDoubt(topic);
  }

  /**
   * The users that were looked up among its listeners: who is no member hears no more. What came in its order meanwhile has said
   * itself who goes. @returns false when the look was too early to know of all that was left out, or of all who listen by now.
   */
  settle(topic: Topic, asked: readonly number[], membership: Membership): boolean {
    const listeners = this.topics.get(topic);
    if (listeners === undefined) return true;
    const members = new Set(membership.userIds);
    for (const userId of asked) if (!members.has(userId)) this.dismiss(userId, topic, membership.version);
    listeners.lookedUpAt = Math.max(listeners.lookedUpAt, membership.version);
    if (listeners.doubtedUpTo > membership.version || this.hasOthers(topic, asked)) return false;
    if (listeners.version < membership.version) this.publishTo(listeners, headOf(topic, membership));
    listeners.doubtedUpTo = -1;
    return true;
  }

  private hasOthers(topic: Topic, asked: readonly number[]): boolean {
    const known = new Set(asked);
    return this.audience(topic, Infinity).userIds.some((userId) => !known.has(userId));
  }

  unsubscribe(connection: Connection, topic: Topic): void {
    const listeners = this.topics.get(topic);
    if (listeners !== undefined && connection.topics.delete(listeners)) this.leave(connection, listeners);
  }

  /** The socket is gone. */
  remove(connection: Connection): void {
    if (connection.isSlow) this.slowCount--;
    for (const listeners of connection.topics) this.leave(connection, listeners);
    connection.topics.clear();
    this.forgetUser(connection);
  }

  /** Publishes in order; of one delivery first its joins, then the push, then its parts. [D8] */
  deliver(batch: readonly Delivery[]): void {
    for (const delivery of batch) {
      for (const userId of delivery.joins ?? []) this.join(userId, delivery);
      this.publish(delivery);
      for (const userId of delivery.parts ?? []) this.part(userId, delivery);
    }
  }

  publish(delivery: Delivery): void {
    if (delivery.topic.startsWith('u:')) this.publishToUser(delivery);
    else {
      const listeners = this.topics.get(delivery.topic);
      if (listeners !== undefined && delivery.isFenced === true) this.heed(listeners, delivery);
      const shown = listeners === undefined ? undefined : publishable(delivery, listeners);
      if (listeners !== undefined && shown !== undefined) this.publishTo(listeners, shown);
    }
    if (this.pressure >= pressureBytes) this.relieve();
    this.options.onPublished(delivery);
  }

  /** The distinct users that listen, and how many they are. */
  audience(topic: Topic, limit: number): { userIds: number[]; count: number } {
    const users = this.topics.get(topic)?.users;
    return { userIds: users?.first(limit) ?? [], count: users?.size ?? 0 };
  }

  /** Takes a slow connection out of the native topics: from now on each push to it is weighed. [D10] */
  detach(connection: Connection): void {
    if (connection.isSlow || connection.isClosed) return;
    this.slowCount++;
    this.move(connection, true);
  }

  attach(connection: Connection): void {
    this.slowCount--;
    this.move(connection, false);
  }

  private move(connection: Connection, isSlow: boolean): void {
    for (const listeners of connection.topics) listeners.displace(connection);
    connection.isSlow = isSlow;
    for (const listeners of connection.topics) listeners.place(connection);
  }

  private relieve(): void {
    this.pressure = 0;
    this.options.onPressure();
  }

  private join(userId: number, { topic, push }: Delivery): void {
    if (!this.options.fence.joined(userId, topic, versionOf(push))) return;
    for (const connection of this.connectionsOf(userId)) this.subscribe(connection, topic);
  }

  private heed(listeners: TopicListeners, delivery: Delivery): void {
    listeners.isFenced = true;
    if (leavesGap(delivery, listeners.version)) this.doubt(delivery.topic, versionOf(delivery.push));
  }

  private part(userId: number, { topic, push }: Delivery): void {
    this.dismiss(userId, topic, versionOf(push));
  }

  private dismiss(userId: number, topic: Topic, version: number): void {
    if (!this.options.fence.parted(userId, topic, version)) return;
    for (const connection of this.connectionsOf(userId)) this.unsubscribe(connection, topic);
  }

  private publishToUser(delivery: Delivery): void {
    const connections = this.users.of(idOf(delivery.topic));
    if (connections.length === 0) return;
    const isEphemeral = isEphemeralDelivery(delivery);
    this.encoded.start(delivery);
    for (const connection of connections) {
      const frame = this.encoded.frame(connection.lane);
      if (frame !== undefined) this.sendOne(connection, frame, isEphemeral);
    }
  }

  private publishTo(listeners: TopicListeners, delivery: Delivery): void {
    const isEphemeral = isEphemeralDelivery(delivery);
    this.encoded.start(delivery);
    for (const { lane, natives, others } of listeners.lanes) {
      const text = this.encoded.text(lane.format);
      if (text === undefined) continue;
      if (natives > 0) {
        lane.publish(listeners.topic, text);
        this.count(natives, text.length);
      }
      if (others.size === 0) continue;
      const frame = lane.frame(text);
      if (frame !== undefined) for (const connection of others) this.sendOne(connection, frame, isEphemeral);
    }
    listeners.reached({ version: versionOf(delivery.push), seq: seqOf(delivery) });
  }

  private sendOne(listener: Listener, frame: Frame, isEphemeral: boolean): void {
    listener.sendFrame(frame, isEphemeral);
    this.frames++;
    this.bytes += frame.length;
  }

  private count(receivers: number, bytes: number): void {
    this.frames += receivers;
    this.bytes += receivers * bytes;
    this.pressure += bytes;
  }

  private leave(connection: Connection, listeners: TopicListeners): void {
    listeners.remove(connection);
    if (listeners.count > 0) return;
    this.topics.delete(listeners.topic);
    this.options.interest.set(listeners.topic, false);
  }

  private forgetUser(connection: Connection): void {
    const { userId } = connection;
    if (userId === 0) return;
    connection.userId = 0;
    if (this.users.remove(userId, connection)) this.options.interest.set(`u:${userId}`, false);
  }
}

function idOf(topic: Topic): number {
  return Number(topic.slice(2));
}
