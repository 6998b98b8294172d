import { topicOf, type Delivery } from '../delivery.ts';
import type { Hub } from './hub.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';

/** A room not on screen tells where it stands at most this often. */
export const roomHeadIntervalMs = 2_000;

/** Turns changes of rooms into heads for those who have the room in their list but not on screen. */
export class RoomHeads {
  private readonly wheel: TimerWheel;
  private readonly hub: () => Hub;
  private readonly pending = new Map<number, RoomHead>();

  constructor(wheel: TimerWheel, hub: () => Hub) {
    this.wheel = wheel;
    this.hub = hub;
  }

  /** Called with everything that was published here. */
  note({ push }: Delivery): void {
    if (push.push === 'message.changed') this.keep(push.message.conversationId, push.message.version, push.message.seq);
    else if (push.push === 'conversation.changed') this.keep(push.conversationId, push.version, 0);
  }

  private keep(conversationId: number, version: number, seq: number): void {
    const topic = topicOf.heads(conversationId);
    if (!this.hub().has(topic)) return;
    let head = this.pending.get(conversationId);
    if (head === undefined) {
      head = new RoomHead(() => this.publish(conversationId));
      this.pending.set(conversationId, head);
      this.wheel.schedule(head, roomHeadIntervalMs);
    }
    head.version = Math.max(head.version, version);
    head.seq = Math.max(head.seq, seq);
  }

  /** `seq` is the highest of the changes it stands for; after nothing but edits it is behind the conversation's. */
  private publish(conversationId: number): void {
    const head = this.pending.get(conversationId);
    this.pending.delete(conversationId);
    if (head === undefined) return;
    const { version, seq } = head;
    this.hub().publish({
      topic: topicOf.heads(conversationId),
      push: { push: 'conversation.head', conversationId, version, seq },
    });
  }
}

class RoomHead extends Timed {
  version = 0;
  seq = 0;
  private readonly due: () => void;

  constructor(due: () => void) {
    super();
    this.due = due;
  }

  override expire(): void {
    this.due();
  }
}
