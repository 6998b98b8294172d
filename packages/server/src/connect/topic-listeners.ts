import type { Topic } from '../delivery.ts';
import type { Frame } from './frame.ts';
import type { Lane } from './lane.ts';
import { UserTally } from './user-tally.ts';

/** A connection as its topics see it. */
export interface Listener {
  readonly lane: Lane;
  /** 0 while it is not known. */
  readonly userId: number;
  /** Whether the runtime publishes to it by topic; otherwise it is sent each push. */
  readonly isNative: boolean;
  listen(nativeTopic: string): void;
  unlisten(nativeTopic: string): void;
  /** An ephemeral frame is dropped while the listener is slow. [D9, D10] */
  sendFrame(frame: Frame, isEphemeral: boolean): void;
}

/** The listeners of one topic on one lane. */
export interface LaneListeners {
  readonly lane: Lane;
  /** Connections the runtime publishes to. */
  natives: number;
  /** Connections that are sent each push: TCP, event streams, and WebSockets that are slow. */
  readonly others: Set<Listener>;
}

/** Everyone on this node who listens to one topic. */
export class TopicListeners {
  readonly topic: Topic;
  /** Usually one: most topics have listeners of one format on one server. */
  readonly lanes: LaneListeners[] = [];
  readonly users = new UserTally();
  /** The highest version published here since the topic has listeners; -1 when none was. [D7] */
  version = -1;
  /** The seq that goes with it. */
  seq = -1;
  /** Whether it is a group, which only members may hear. */
  isFenced = false;
  /** Somebody may listen here whose removal, up to this version, was never heard; -1: nobody. [D8] */
  doubtedUpTo = -1;
  /** Where the group stood when its listeners were last looked up, after a doubt. */
  lookedUpAt = -1;
  count = 0;

  constructor(topic: Topic) {
    this.topic = topic;
  }

  get isInDoubt(): boolean {
    return this.doubtedUpTo >= 0;
  }

  /** Listeners were told up to here. */
  reached({ version, seq }: { readonly version: number; readonly seq: number }): void {
    this.version = Math.max(this.version, version);
    this.seq = Math.max(this.seq, seq);
  }

  add(listener: Listener): void {
    this.count++;
    if (listener.userId !== 0) this.users.add(listener.userId);
    this.place(listener);
  }

  remove(listener: Listener): void {
    this.count--;
    if (listener.userId !== 0) this.users.remove(listener.userId);
    this.displace(listener);
  }

  /** Lets the runtime publish to the connection, or puts it among those that are sent each push. */
  place(listener: Listener): void {
    const listeners = this.of(listener.lane);
    if (!listener.isNative) {
      listeners.others.add(listener);
      return;
    }
    listeners.natives++;
    listener.listen(listener.lane.nativeTopic(this.topic));
  }

  displace(listener: Listener): void {
    const listeners = this.of(listener.lane);
    if (!listeners.others.delete(listener)) {
      listeners.natives--;
      listener.unlisten(listener.lane.nativeTopic(this.topic));
    }
    if (listeners.natives === 0 && listeners.others.size === 0) this.lanes.splice(this.lanes.indexOf(listeners), 1);
  }

  private of(lane: Lane): LaneListeners {
    for (const listeners of this.lanes) if (listeners.lane === lane) return listeners;
    const listeners = { lane, natives: 0, others: new Set<Listener>() };
    this.lanes.push(listeners);
    return listeners;
  }
}
