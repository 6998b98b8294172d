import type { Ack, Content, ConversationKind, ErrorCode, Message, SystemEvent } from '@parley/protocol';
import { bodyOf } from '../body.ts';
import type { ConversationTruth } from '../truth.ts';

export interface ModelMember {
  isActive: boolean;
  joinSeq: number;
  readSeq: number;
}

export interface NewMessage {
  readonly senderId: number;
  readonly clientMsgId: string;
  readonly content: Content;
}

export type Outcome = { readonly ack: Ack } | { readonly code: ErrorCode };

/** Of all conversations. */
export interface ModelServer {
  /** Never the same twice. */
  nextId(): number;
  /** Every change goes out here, in order. */
  publish(message: Message): void;
}

/** What a correct server keeps of one conversation: rows, numbers, members. */
export class ModelConversation {
  readonly id: number;
  readonly kind: ConversationKind;
  readonly members = new Map<number, ModelMember>();
  readonly rows: Message[] = [];
  version = 0;
  private readonly acks = new Map<string, { readonly ack: Ack; readonly body: string }>();
  private readonly server: ModelServer;

  constructor(id: number, kind: ConversationKind, server: ModelServer) {
    this.id = id;
    this.kind = kind;
    this.server = server;
  }

  get head(): { readonly seq: number; readonly version: number } {
    return { seq: this.rows.length, version: this.version };
  }

  /** The first ack again for the same key and body, also for somebody who has gone since. [D1, D2] */
  send({ senderId, clientMsgId, content }: NewMessage): Outcome {
    const key = `${senderId} ${clientMsgId}`;
    const known = this.acks.get(key);
    if (known !== undefined) return known.body === bodyOf({ content }) ? known : { code: 'client-msg-id-conflict' };
    if (!this.isMember(senderId)) return { code: 'not-member' };
    const { id, seq, version, createdAt } = this.append(senderId, clientMsgId, content);
    const ack: Ack = { id, seq, version, createdAt };
    this.acks.set(key, { ack, body: bodyOf({ content }) });
    return { ack };
  }

  /** A new state of a message, under the next version. */
  change(seq: number, fields: Partial<Message>): number {
    const before = this.rows[seq - 1];
    if (before === undefined) throw new RangeError(`There is no message ${seq}.`);
    const after = { ...before, ...fields, version: ++this.version };
    this.rows[seq - 1] = after;
    this.server.publish(after);
    return after.version;
  }

  admit(userId: number): void {
    const joinSeq = this.kind === 'group' ? this.rows.length : 0;
    const readSeq = Math.max(this.members.get(userId)?.readSeq ?? 0, this.rows.length);
    this.members.set(userId, { isActive: true, joinSeq, readSeq });
    this.log(userId, { event: 'joined', userIds: [userId] });
  }

  /** Whoever leaves hears it as their last. [D8] */
  release(userId: number): void {
    this.log(userId, { event: 'left', userIds: [userId] });
    const member = this.members.get(userId);
    if (member !== undefined) member.isActive = false;
  }

  isMember(userId: number): boolean {
    return this.members.get(userId)?.isActive === true;
  }

  /** The rows a user may read, changed after a version, in the order of versions. */
  changedAfter(userId: number, version: number): Message[] {
    return this.readable(userId)
      .filter((row) => row.version > version)
      .toSorted((a, b) => a.version - b.version);
  }

  readable(userId: number): Message[] {
    const floor = this.kind === 'group' ? (this.members.get(userId)?.joinSeq ?? Infinity) : 0;
    return this.rows.filter((row) => row.seq > floor);
  }

  /** A member who came later must not see it: it is left to the sync. */
  isFenced({ seq }: Message): boolean {
    return [...this.members.values()].some((member) => member.isActive && member.joinSeq >= seq);
  }

  truth(): ConversationTruth {
    const members = [...this.members].map(([userId, member]) => ({ userId, ...member, deliveredSeq: member.readSeq }));
    const readers = members.filter((member) => member.isActive);
    const fetched = readers.map(({ userId }) => ({ userId, items: this.readable(userId), head: this.head }));
    const { id, kind, head, rows } = this;
    return { conversationId: id, kind, head, minSeq: 1, stored: [...rows], members, fetched };
  }

  private log(senderId: number, system: SystemEvent): void {
    if (this.kind === 'group') this.append(senderId, `sys-${this.server.nextId()}`, { type: 'system', system });
  }

  private append(senderId: number, clientMsgId: string, content: Content): Message {
    const seq = this.rows.length + 1;
    const createdAt = this.server.nextId();
    const version = ++this.version;
    const row = {
      conversationId: this.id,
      seq,
      id: String(createdAt),
      version,
      senderId,
      clientMsgId,
      createdAt,
      content,
    };
    this.rows.push(row);
    this.server.publish(row);
    return row;
  }
}
