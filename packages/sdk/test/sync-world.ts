import { expect } from 'bun:test';
import {
  ParleyError,
  type Ack,
  type Change,
  type Content,
  type ConversationKind,
  type ConversationMeta,
  type Message,
  type PushOf,
} from '@parley/protocol';
import {
  advance,
  emptySyncState,
  isBehind,
  type HistoryPage,
  type SyncAction,
  type SyncPage,
  type SyncState,
} from '../src/sync-state.ts';

type MessageChanged = PushOf<'message.changed'>;

export const ownId = 1;
export const otherId = 2;

/** The log as the server keeps it: the truth the device has to end at. */
export class Log {
  readonly #id: number;
  readonly #now: (() => number) | undefined;
  readonly messages: Message[] = [];
  readonly hidden = new Set<number>();
  readonly acks = new Map<string, Ack>();
  meta: ConversationMeta;
  version = 0;
  /** Messages below are not there for this device: removed by retention, or before it joined again. [D8, D13] */
  minSeq = 1;

  /** Without a clock every message is a millisecond later than the one before. */
  constructor(id = 1, kind: ConversationKind = 'group', now?: () => number) {
    this.#id = id;
    this.#now = now;
    this.meta = { id, kind, title: 'first', topic: '', isListed: false, createdAt: 0, metaVersion: 0 };
  }

  get last(): number {
    return this.messages.length;
  }

  /** Those that may be read. */
  readable(): Message[] {
    return this.messages.slice(this.minSeq - 1);
  }

  append(
    senderId: number,
    clientMsgId: string,
    content: Content = { type: 'text', text: clientMsgId },
  ): MessageChanged {
    const seq = this.last + 1;
    const message: Message = {
      conversationId: this.#id,
      seq,
      id: String(seq),
      version: ++this.version,
      senderId,
      clientMsgId,
      createdAt: this.#now?.() ?? seq,
      content,
    };
    this.messages.push(message);
    this.acks.set(clientMsgId, { id: message.id, seq, version: message.version, createdAt: message.createdAt });
    return { push: 'message.changed', message };
  }

  edit(seq: number): MessageChanged {
    const message: Message = {
      ...this.messages[seq - 1]!,
      version: ++this.version,
      content: { type: 'text', text: `edited in ${this.version}` },
      editedAt: this.version,
    };
    this.messages[seq - 1] = message;
    return { push: 'message.changed', message };
  }

  rename(): Change {
    this.meta = { ...this.meta, title: `named in ${++this.version}`, metaVersion: this.version };
    return { push: 'conversation.changed', conversationId: this.#id, version: this.version, meta: this.meta };
  }

  sync(after: number, limit: number): SyncPage & { hasMore: boolean } {
    const changed = this.readable()
      .filter((message) => message.version > after)
      .toSorted((a, b) => a.version - b.version);
    const items = changed.slice(0, limit);
    const hasMore = changed.length > limit;
    const nextAfter = hasMore ? items.at(-1)!.version : this.version;
    const { version, minSeq } = this;
    return { items, hiddenSeqs: this.#hiddenOf(items), nextAfter, hasMore, version, minSeq };
  }

  page(from: number, to: number): HistoryPage {
    const first = Math.max(from, this.minSeq);
    const items = this.messages.filter((message) => message.seq >= first && message.seq <= to);
    const isAnyThere = this.minSeq <= this.last;
    return {
      items,
      hiddenSeqs: this.#hiddenOf(items),
      hasOlder: isAnyThere && first > this.minSeq,
      hasNewer: isAnyThere && to < this.last,
      version: this.version,
      seq: this.last,
      minSeq: this.minSeq,
    };
  }

  #hiddenOf(items: readonly Message[]): number[] {
    return items.map((message) => message.seq).filter((seq) => this.hidden.has(seq));
  }
}

/** A device, the log, and everything that is on its way between them. */
export class World {
  readonly log = new Log();
  state: SyncState;
  readonly onTheWay: SyncAction[] = [];
  readonly unacked: string[] = [];
  readonly failed = new Set<string>();
  #sent = 0;

  constructor(messages = 0) {
    for (let n = 0; n < messages; n++) this.log.append(otherId, `first-${n}`);
    this.state = advance(emptySyncState(ownId), { type: 'page', mode: 'replace', page: this.log.page(1, messages) });
  }

  apply(action: SyncAction): void {
    this.state = advance(this.state, action);
    const seqs = this.state.rows.map((row) => row.seq);
    expect(seqs.every((seq, index) => seq === seqs[0]! + index)).toBe(true);
    expect(seqs.at(-1) ?? this.state.end).toBe(this.state.end);
    expect(this.state.version).toBeLessThanOrEqual(this.state.head);
    expect(this.state.head).toBeLessThanOrEqual(this.log.version);
  }

  send(reachesServer: boolean): void {
    const clientMsgId = `own-${++this.#sent}`;
    this.#queue(clientMsgId);
    if (reachesServer) this.transmit(clientMsgId);
  }

  /** The server says no, once: nothing is stored, and it waits for `retry` or `discard`. */
  refuse(clientMsgId: string): void {
    const isAnswered = this.onTheWay.some((action) => action.type === 'refused' && action.clientMsgId === clientMsgId);
    if (!isAnswered && !this.log.acks.has(clientMsgId))
      this.onTheWay.push({ type: 'refused', clientMsgId, error: new ParleyError('muted') });
  }

  retry(clientMsgId: string): void {
    this.failed.delete(clientMsgId);
    this.#queue(clientMsgId);
    this.transmit(clientMsgId);
  }

  discard(clientMsgId: string): void {
    this.failed.delete(clientMsgId);
    this.#answered(clientMsgId);
    this.apply({ type: 'discarded', clientMsgId });
  }

  /** What the outbox does, also again: a repeated send finds its first result. [D2] */
  transmit(clientMsgId: string): void {
    if (!this.log.acks.has(clientMsgId))
      this.onTheWay.push({ type: 'push', change: this.log.append(ownId, clientMsgId) });
    this.onTheWay.push({ type: 'acked', clientMsgId, ack: this.log.acks.get(clientMsgId)! });
  }

  deliver(index: number): void {
    const [action] = this.onTheWay.splice(index % this.onTheWay.length, 1);
    if (action !== undefined) this.arrive(action);
  }

  arrive(action: SyncAction): void {
    if (action.type === 'acked') this.#answered(action.clientMsgId);
    if (action.type === 'refused') {
      // The outbox hears only of what it waits for.
      if (!this.unacked.includes(action.clientMsgId)) return;
      this.#answered(action.clientMsgId);
      this.failed.add(action.clientMsgId);
    }
    this.apply(action);
  }

  /** The link is lost with all that was on its way; what was not answered goes again. [D3] */
  reconnect(): void {
    this.onTheWay.length = 0;
    for (const clientMsgId of this.unacked) this.transmit(clientMsgId);
  }

  /** The faults are over: what a client does when it comes back. */
  settle(): void {
    this.reconnect();
    for (const action of this.onTheWay.splice(0)) if (action.type === 'acked') this.arrive(action);
    if (!this.state.isLoaded)
      this.apply({ type: 'page', mode: 'replace', page: this.log.page(this.log.last - 2, this.log.last) });
    this.apply({ type: 'head', version: this.log.version });
    for (let rounds = 0; isBehind(this.state); rounds++) {
      expect(rounds).toBeLessThan(1_000);
      this.apply({ type: 'synced', after: this.state.version, page: this.log.sync(this.state.version, 3) });
    }
    const first = this.state.rows[0]?.seq ?? 1;
    this.apply({ type: 'page', mode: 'newer', page: this.log.page(first, this.state.end) });
  }

  #queue(clientMsgId: string): void {
    this.unacked.push(clientMsgId);
    const content = { type: 'text', text: clientMsgId } as const;
    this.apply({ type: 'queued', pending: { clientMsgId, content, createdAt: 0, state: 'sending' } });
  }

  #answered(clientMsgId: string): void {
    this.unacked.splice(0, this.unacked.length, ...this.unacked.filter((id) => id !== clientMsgId));
  }
}
