import { expect } from 'bun:test';
import type { Ack, Change, ConversationMeta, Message } from '@parley/protocol';
import {
  advance,
  emptySyncState,
  isBehind,
  type HistoryPage,
  type SyncAction,
  type SyncPage,
} from '../src/sync-state.ts';

export const ownId = 1;
export const otherId = 2;

/** The log as the server keeps it: the truth the device has to end at. */
export class Log {
  readonly messages: Message[] = [];
  readonly hidden = new Set<number>();
  readonly acks = new Map<string, Ack>();
  meta: ConversationMeta = {
    id: 1,
    kind: 'group',
    title: 'first',
    topic: '',
    isListed: false,
    createdAt: 0,
    metaVersion: 0,
  };
  version = 0;

  append(senderId: number, clientMsgId: string): Change {
    const seq = this.messages.length + 1;
    const message: Message = {
      conversationId: 1,
      seq,
      id: String(seq),
      version: ++this.version,
      senderId,
      clientMsgId,
      createdAt: seq,
      content: { type: 'text', text: clientMsgId },
    };
    this.messages.push(message);
    this.acks.set(clientMsgId, { id: message.id, seq, version: message.version, createdAt: seq });
    return { push: 'message.changed', message };
  }

  edit(seq: number): Change {
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
    return { push: 'conversation.changed', conversationId: 1, version: this.version, meta: this.meta };
  }

  sync(after: number, limit: number): SyncPage & { hasMore: boolean } {
    const changed = this.messages
      .filter((message) => message.version > after)
      .toSorted((a, b) => a.version - b.version);
    const items = changed.slice(0, limit);
    const hasMore = changed.length > limit;
    const nextAfter = hasMore ? items.at(-1)!.version : this.version;
    return { items, hiddenSeqs: this.#hiddenOf(items), nextAfter, hasMore, version: this.version, minSeq: 1 };
  }

  page(from: number, to: number): HistoryPage {
    const items = this.messages.filter((message) => message.seq >= from && message.seq <= to);
    const last = this.messages.length;
    return {
      items,
      hiddenSeqs: this.#hiddenOf(items),
      hasOlder: from > 1 && last > 0,
      hasNewer: to < last,
      version: this.version,
      seq: last,
      minSeq: 1,
    };
  }

  #hiddenOf(items: readonly Message[]): number[] {
    return items.map((message) => message.seq).filter((seq) => this.hidden.has(seq));
  }
}

/** A device, the log, and everything that is on its way between them. */
export class World {
  readonly log = new Log();
  state = advance(emptySyncState(ownId), { type: 'page', mode: 'replace', page: this.log.page(1, 0) });
  readonly onTheWay: SyncAction[] = [];
  readonly unacked: string[] = [];
  #sent = 0;

  apply(action: SyncAction): void {
    this.state = advance(this.state, action);
    const seqs = this.state.rows.map((row) => row.seq);
    expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
    expect(this.state.version).toBeLessThanOrEqual(this.state.head);
    expect(this.state.head).toBeLessThanOrEqual(this.log.version);
  }

  send(reachesServer: boolean): void {
    const clientMsgId = `own-${++this.#sent}`;
    this.unacked.push(clientMsgId);
    this.apply({
      type: 'queued',
      pending: { clientMsgId, content: { type: 'text', text: clientMsgId }, createdAt: 0, state: 'sending' },
    });
    if (reachesServer) this.transmit(clientMsgId);
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
    if (action.type === 'acked')
      this.unacked.splice(0, this.unacked.length, ...this.unacked.filter((id) => id !== action.clientMsgId));
    this.apply(action);
  }

  settle(): void {
    this.onTheWay.length = 0;
    for (const clientMsgId of this.unacked.slice()) this.transmit(clientMsgId);
    for (const action of this.onTheWay.splice(0)) if (action.type === 'acked') this.arrive(action);
    this.apply({ type: 'head', version: this.log.version });
    for (let rounds = 0; isBehind(this.state); rounds++) {
      expect(rounds).toBeLessThan(1_000);
      this.apply({ type: 'synced', after: this.state.version, page: this.log.sync(this.state.version, 3) });
    }
    const first = this.state.rows[0]?.seq ?? 1;
    this.apply({ type: 'page', mode: 'newer', page: this.log.page(first, this.state.end) });
  }
}
