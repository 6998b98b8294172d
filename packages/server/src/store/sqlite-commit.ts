import type { Statement } from 'bun:sqlite';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { AppendOutcome, CommitBatch, CommitOutcome, CursorMove, CursorOutcome, NewMessage } from './store.ts';

/** Where a conversation stands within the batch; written back once, at its end. */
interface Head {
  readonly id: number;
  seq: number;
  version: number;
  lastMessageAt: number;
  changedAt: number;
  readonly firstVersion: number;
  readonly members: Map<number, boolean>;
}

interface HeadRow {
  seq: number;
  version: number;
  last_message_at: number;
  changed_at: number;
}

interface FirstRow {
  id: string;
  seq: number;
  first_version: number;
  created_at: number;
  body_hash: string;
}

interface CursorRow {
  status: string;
  read_seq: number;
  delivered_seq: number;
}

type Heads = Map<number, Head | undefined>;
const notFound = { ok: false, code: 'not-found' } as const;
const notMember = { ok: false, code: 'not-member' } as const;
const conflict = { ok: false, code: 'client-msg-id-conflict' } as const;

/** The statements of the hot path: compiled once, one transaction a batch. The caller begins and commits. */
export class SqliteCommit {
  private readonly head: Statement<HeadRow>;
  private readonly isMember: Statement<{ found: 1 }>;
  private readonly insert: Statement;
  private readonly first: Statement<FirstRow>;
  private readonly mention: Statement;
  private readonly saveHead: Statement;
  private readonly pend: Statement;
  private readonly cursor: Statement<CursorRow>;
  private readonly moveCursor: Statement;

  constructor({ database }: SqliteConnection) {
    this.head = database.prepare('select seq, version, last_message_at, changed_at from conversations where id = ?');
    this.isMember = database.prepare(
      "select 1 as found from members where conversation_id = ? and user_id = ? and status = 'active'",
    );
    this.insert = database.prepare(`insert into messages (conversation_id, seq, id, version, first_version, sender_id,
      client_msg_id, body_hash, content, reply_to, created_at) values (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      on conflict (sender_id, conversation_id, client_msg_id) do nothing`);
    this.first = database.prepare(`select id, seq, first_version, created_at, body_hash from messages
      where sender_id = ? and conversation_id = ? and client_msg_id = ?`);
    this.mention = database.prepare('insert or ignore into mentions (user_id, conversation_id, seq) values (?, ?, ?)');
    this.saveHead = database.prepare(
      'update conversations set seq = ?, version = ?, last_message_at = ?, changed_at = ? where id = ?',
    );
    this.pend = database.prepare('insert or ignore into search_pending (conversation_id, after_version) values (?, ?)');
    this.cursor = database.prepare(
      'select status, read_seq, delivered_seq from members where conversation_id = ? and user_id = ?',
    );
    this.moveCursor = database.prepare(
      'update members set read_seq = ?, delivered_seq = ?, changed_at = ? where conversation_id = ? and user_id = ?',
    );
  }

  run({ messages, cursors }: CommitBatch): CommitOutcome {
    const heads: Heads = new Map();
    const appended = messages.map((message) => this.append(heads, message));
    for (const head of heads.values()) if (head !== undefined) this.save(head);
    return { messages: appended, cursors: cursors.map((move) => this.move(heads, move)) };
  }

  /** Appends one message whoever its sender is: for the ones that are part of another change. */
  appendUnchecked(message: NewMessage): AppendOutcome {
    const heads: Heads = new Map();
    const head = this.headOf(heads, message.conversationId);
    if (head === undefined) return notFound;
    const outcome = this.insertMessage(head, message);
    this.save(head);
    return outcome;
  }

  private append(heads: Heads, message: NewMessage): AppendOutcome {
    const head = this.headOf(heads, message.conversationId);
    if (head === undefined) return notFound;
    if (this.isActive(head, message.senderId)) return this.insertMessage(head, message);
    // Who left since may retry what was stored: a refusal would say that it was not. [D1]
    return this.repeatOf(message) ?? notMember;
  }

  private insertMessage(head: Head, message: NewMessage): AppendOutcome {
    const seq = head.seq + 1;
    const version = head.version + 1;
    const createdAt = Math.max(message.now, head.lastMessageAt);
    const { changes } = this.insert.run(
      head.id,
      seq,
      message.id,
      version,
      message.senderId,
      message.clientMsgId,
      message.bodyHash,
      JSON.stringify(message.content),
      message.replyTo ?? null,
      createdAt,
    );
    if (changes === 0) return this.repeatOf(message) ?? conflict;
    head.seq = seq;
    head.version = version;
    head.lastMessageAt = createdAt;
    head.changedAt = Math.max(head.changedAt, message.now);
    if (message.mentions !== undefined) for (const user of message.mentions) this.mention.run(user, head.id, seq);
    return { ok: true, ack: { id: message.id, seq, version, createdAt }, isRepeat: false };
  }

  private repeatOf({ senderId, conversationId, clientMsgId, bodyHash }: NewMessage): AppendOutcome | undefined {
    const row = this.first.get(senderId, conversationId, clientMsgId);
    if (row === null) return undefined;
    if (row.body_hash !== bodyHash) return conflict;
    const ack = { id: row.id, seq: row.seq, version: row.first_version, createdAt: row.created_at };
    return { ok: true, ack, isRepeat: true };
  }

  private headOf(heads: Heads, id: number): Head | undefined {
    if (heads.has(id)) return heads.get(id);
    const row = this.head.get(id);
    const head: Head | undefined =
      row === null
        ? undefined
        : {
            id,
            seq: row.seq,
            version: row.version,
            lastMessageAt: row.last_message_at,
            changedAt: row.changed_at,
            firstVersion: row.version,
            members: new Map(),
          };
    heads.set(id, head);
    return head;
  }

  private isActive(head: Head, userId: number): boolean {
    const known = head.members.get(userId);
    if (known !== undefined) return known;
    const isActive = this.isMember.get(head.id, userId) !== null;
    head.members.set(userId, isActive);
    return isActive;
  }

  private save(head: Head): void {
    if (head.version === head.firstVersion) return;
    this.saveHead.run(head.seq, head.version, head.lastMessageAt, head.changedAt, head.id);
    this.pend.run(head.id, head.firstVersion);
  }

  /** Asks for more than there is are cut to what there is: 0 ≤ read ≤ delivered ≤ seq. [D4] */
  private move(heads: Heads, move: CursorMove): CursorOutcome {
    const row = this.cursor.get(move.conversationId, move.userId);
    const head = this.headOf(heads, move.conversationId);
    if (row?.status !== 'active' || head === undefined) return undefined;
    const readSeq = Math.max(row.read_seq, Math.min(move.readSeq ?? 0, head.seq));
    const deliveredSeq = Math.max(row.delivered_seq, readSeq, Math.min(move.deliveredSeq ?? 0, head.seq));
    const hasMoved = readSeq > row.read_seq || deliveredSeq > row.delivered_seq;
    if (hasMoved) this.moveCursor.run(readSeq, deliveredSeq, move.now, move.conversationId, move.userId);
    return { deliveredSeq, readSeq, hasMoved };
  }
}
