import type { Message, SendableContent } from '@parley/protocol';
import type { HistoryRecorder } from '../history.ts';
import type { ViewTruth } from '../truth.ts';
import type { ModelConversation } from './model-conversation.ts';

/** A message on its way, first to be answered first. */
export interface Outgoing {
  readonly conversation: ModelConversation;
  readonly clientMsgId: string;
  readonly content: SendableContent;
  /** Of the try that is out. */
  attempt?: number;
  isCommitted: boolean;
}

interface Held {
  version: number;
  view: number;
  readonly rows: Map<number, Message>;
  readSeq: number;
}

/** A correct client: applies a change iff it is the next, syncs on a gap, sends again what was not answered. */
export class ModelDevice {
  readonly name: string;
  readonly userId: number;
  isConnected = false;
  outbox: Outgoing[] = [];
  /** Pushes that left the server and did not come yet. */
  readonly inbox: Message[] = [];
  private readonly recorder: HistoryRecorder;
  private readonly held = new Map<ModelConversation, Held>();
  private views = 0;

  constructor(name: string, userId: number, recorder: HistoryRecorder) {
    this.name = name;
    this.userId = userId;
    this.recorder = recorder;
  }

  /** One push comes; `times` 0: it is lost. */
  take(message: Message, times: number): void {
    for (let time = 0; time < times; time++) {
      this.recorder.record({ event: 'pushed', device: this.name, push: { push: 'message.changed', message } });
      const found = [...this.held].find(([conversation]) => conversation.id === message.conversationId);
      if (found !== undefined) this.apply(message, ...found);
    }
  }

  load(conversation: ModelConversation): void {
    const invokedAtMs = this.recorder.nowMs();
    const items = conversation.readable(this.userId);
    const { head, id } = conversation;
    const minSeq = items[0]?.seq ?? head.seq + 1;
    this.recorder.record({
      event: 'page',
      device: this.name,
      conversationId: id,
      via: 'history',
      invokedAtMs,
      items,
      head,
      minSeq,
      isNewest: true,
    });
    const readSeq = Math.max(
      this.held.get(conversation)?.readSeq ?? 0,
      conversation.members.get(this.userId)?.readSeq ?? 0,
    );
    const state: Held = { version: head.version, view: ++this.views, rows: new Map(), readSeq };
    this.held.set(conversation, state);
    this.recorder.record({
      event: 'applied',
      device: this.name,
      conversationId: id,
      by: 'load',
      from: 0,
      to: head.version,
    });
    for (const item of items) this.put(state, item);
  }

  sync(conversation: ModelConversation): void {
    const state = this.held.get(conversation);
    if (state === undefined) return;
    const { id, head } = conversation;
    const { version: after } = state;
    const invokedAtMs = this.recorder.nowMs();
    const items = conversation.changedAfter(this.userId, after);
    const minSeq = (conversation.members.get(this.userId)?.joinSeq ?? 0) + 1;
    const page = { via: 'sync', invokedAtMs, items, head, minSeq, after, nextAfter: head.version } as const;
    this.recorder.record({ event: 'page', device: this.name, conversationId: id, ...page });
    state.version = head.version;
    this.recorder.record({
      event: 'applied',
      device: this.name,
      conversationId: id,
      by: 'sync',
      from: after,
      to: head.version,
    });
    for (const item of items.toSorted((a, b) => a.seq - b.seq)) this.put(state, item);
  }

  forget(conversation: ModelConversation): void {
    this.held.delete(conversation);
  }

  /** A read cursor came, of its own user. */
  hold(conversation: ModelConversation, readSeq: number): void {
    const state = this.held.get(conversation);
    if (state === undefined) return;
    state.readSeq = Math.max(state.readSeq, readSeq);
    this.recorder.record({
      event: 'cursor',
      device: this.name,
      conversationId: conversation.id,
      userId: this.userId,
      by: 'held',
      readSeq: state.readSeq,
      deliveredSeq: state.readSeq,
    });
  }

  holds(conversation: ModelConversation): boolean {
    return this.held.has(conversation);
  }

  shows(): ViewTruth[] {
    return [...this.held].map(([conversation, { version, rows, readSeq }]) => ({
      conversationId: conversation.id,
      version,
      items: [...rows.values()].toSorted((a, b) => a.seq - b.seq),
      hasOlder: false,
      readSeq,
    }));
  }

  private apply(message: Message, conversation: ModelConversation, state: Held): void {
    if (message.version <= state.version) return;
    if (message.version > state.version + 1) return this.sync(conversation);
    const from = state.version;
    state.version = message.version;
    const { conversationId, version: to } = message;
    this.recorder.record({ event: 'applied', device: this.name, conversationId, by: 'push', from, to });
    this.put(state, message);
  }

  private put(state: Held, message: Message): void {
    const isNew = !state.rows.has(message.seq);
    state.rows.set(message.seq, message);
    if (isNew) this.recorder.record({ event: 'displayed', device: this.name, view: state.view, message });
  }
}
