import type { AppendOutcome, CommitBatch, CommitOutcome, CursorMove, CursorOutcome, NewMessage } from './store.ts';

/** A conversation as the transaction that locked it found it. */
export interface HeadRow {
  readonly id: number;
  readonly seq: number;
  readonly version: number;
  readonly last_message_at: number;
  readonly changed_at: number;
}

export interface PlaceRow {
  readonly conversation_id: number;
  readonly user_id: number;
  readonly status: string;
  readonly read_seq: number;
  readonly delivered_seq: number;
}

export interface FirstRow {
  readonly conversation_id: number;
  readonly sender_id: number;
  readonly client_msg_id: string;
  readonly id: string;
  readonly seq: number;
  readonly first_version: number;
  readonly created_at: number;
  readonly body_hash: string;
}

/** What a batch is about, as it stands while its conversations are locked. */
export interface Found {
  readonly heads: readonly HeadRow[];
  readonly places: readonly PlaceRow[];
  /** Messages of the same keys. [D2] */
  readonly first: readonly FirstRow[];
}

/** What a batch comes to: the rows to write, and what to answer when they are written. */
export interface CommitPlan {
  readonly outcome: CommitOutcome;
  readonly messages: readonly PlannedMessage[];
  readonly mentions: readonly { readonly user_id: number; readonly conversation_id: number; readonly seq: number }[];
  readonly heads: readonly (HeadRow & { readonly after_version: number })[];
  readonly places: readonly (Omit<PlaceRow, 'status'> & { readonly changed_at: number })[];
}

export interface PlannedMessage extends FirstRow {
  readonly content: string;
  readonly reply_to: number | null;
}

/** What has to be looked up before a batch can be planned: each conversation once, the smallest id first. */
export interface Wanted {
  readonly conversations: readonly number[];
  readonly places: readonly { readonly c: number; readonly u: number }[];
  readonly first: readonly { readonly c: number; readonly u: number; readonly m: string }[];
}

export function wantedBy({ messages, cursors }: CommitBatch): Wanted {
  const sent = messages.map(({ conversationId: c, senderId: u, clientMsgId: m }) => ({ c, u, m }));
  const moved = cursors.map(({ conversationId: c, userId: u }) => ({ c, u }));
  const places = [...sent.map(({ c, u }) => ({ c, u })), ...moved];
  return {
    conversations: [...new Set(places.map(({ c }) => c))].toSorted((one, other) => one - other),
    places,
    first: sent,
  };
}

type Moving<Row> = { -readonly [Key in keyof Row]: Row[Key] };

const notFound = { ok: false, code: 'not-found' } as const;
const notMember = { ok: false, code: 'not-member' } as const;
const conflict = { ok: false, code: 'client-msg-id-conflict' } as const;

/** Numbers a batch and decides each of its entries; asks nothing and writes nothing. [S3] [S4] [S5] [S6] [S7] [S8] */
export function planCommit(batch: CommitBatch, found: Found): CommitPlan {
  return new Planning(found).plan(batch);
}

/** The same for one message whose sender need not be a member. */
export function planAppend(message: NewMessage, found: Found): CommitPlan {
  return new Planning(found).plan({ messages: [message], cursors: [] }, () => true);
}

class Planning {
  private readonly before: ReadonlyMap<number, HeadRow>;
  private readonly heads: ReadonlyMap<number, Moving<HeadRow>>;
  private readonly places: ReadonlyMap<string, Moving<PlaceRow>>;
  private readonly first: Map<string, FirstRow>;
  private readonly messages: PlannedMessage[] = [];
  private readonly mentions: { user_id: number; conversation_id: number; seq: number }[] = [];
  private readonly moved = new Map<string, PlaceRow & { readonly changed_at: number }>();

  constructor({ heads, places, first }: Found) {
    this.before = new Map(heads.map((head) => [head.id, head]));
    this.heads = new Map(heads.map((head) => [head.id, { ...head }]));
    this.places = new Map(places.map((place) => [placeKey(place.conversation_id, place.user_id), { ...place }]));
    this.first = new Map(first.map((row) => [keyOf(row), row]));
  }

  plan(
    { messages, cursors }: CommitBatch,
    isAllowed = (message: NewMessage) => this.isActive(message.conversationId, message.senderId),
  ): CommitPlan {
    const outcome = {
      messages: messages.map((message) => this.append(message, isAllowed)),
      cursors: cursors.map((move) => this.move(move)),
    };
    const places = [...this.moved.values()];
    return { outcome, messages: this.messages, mentions: this.mentions, heads: this.changedHeads(), places };
  }

  private append(message: NewMessage, isAllowed: (message: NewMessage) => boolean): AppendOutcome {
    const head = this.heads.get(message.conversationId);
    if (head === undefined) return notFound;
    // Who left since may retry what was stored: a refusal would say that it was not. [D1]
    const row = rowOf(message, head);
    const first = this.first.get(keyOf(row));
    if (first !== undefined) return repeatOf(first, message);
    if (!isAllowed(message)) return notMember;
    head.seq = row.seq;
    head.version = row.first_version;
    head.last_message_at = row.created_at;
    head.changed_at = Math.max(head.changed_at, message.now);
    this.add(row, message.mentions);
    return { ok: true, ack: ackOf(row), isRepeat: false };
  }

  private add(row: PlannedMessage, mentions: readonly number[] = []): void {
    this.messages.push(row);
    this.first.set(keyOf(row), row);
    const place = { conversation_id: row.conversation_id, seq: row.seq };
    for (const user_id of new Set(mentions)) this.mentions.push({ user_id, ...place });
  }

  private isActive(conversationId: number, userId: number): boolean {
    return this.places.get(placeKey(conversationId, userId))?.status === 'active';
  }

  /** Asks for more than there is are cut to what there is: 0 ≤ read ≤ delivered ≤ seq. [D4] */
  private move({ conversationId, userId, ...asked }: CursorMove): CursorOutcome {
    const key = placeKey(conversationId, userId);
    const place = this.places.get(key);
    const head = this.heads.get(conversationId);
    if (place?.status !== 'active' || head === undefined) return undefined;
    const readSeq = Math.max(place.read_seq, Math.min(asked.readSeq ?? 0, head.seq));
    const deliveredSeq = Math.max(place.delivered_seq, readSeq, Math.min(asked.deliveredSeq ?? 0, head.seq));
    const hasMoved = readSeq > place.read_seq || deliveredSeq > place.delivered_seq;
    place.read_seq = readSeq;
    place.delivered_seq = deliveredSeq;
    if (hasMoved) this.moved.set(key, { ...place, changed_at: asked.now });
    return { deliveredSeq, readSeq, hasMoved };
  }

  private changedHeads(): CommitPlan['heads'] {
    return [...this.heads.values()].flatMap((head) => {
      const after_version = this.before.get(head.id)?.version ?? head.version;
      return head.version > after_version ? [{ ...head, after_version }] : [];
    });
  }
}

function rowOf(message: NewMessage, head: HeadRow): PlannedMessage {
  return {
    conversation_id: head.id,
    seq: head.seq + 1,
    id: message.id,
    first_version: head.version + 1,
    sender_id: message.senderId,
    client_msg_id: message.clientMsgId,
    body_hash: message.bodyHash,
    content: JSON.stringify(message.content),
    reply_to: message.replyTo ?? null,
    created_at: Math.max(message.now, head.last_message_at),
  };
}

function repeatOf(row: FirstRow, { bodyHash }: NewMessage): AppendOutcome {
  return row.body_hash === bodyHash ? { ok: true, ack: ackOf(row), isRepeat: true } : conflict;
}

function ackOf(row: FirstRow) {
  return { id: row.id, seq: row.seq, version: row.first_version, createdAt: row.created_at };
}

function placeKey(conversationId: number, userId: number): string {
  return `${conversationId} ${userId}`;
}

function keyOf(row: Pick<FirstRow, 'conversation_id' | 'sender_id' | 'client_msg_id'>): string {
  return `${row.conversation_id} ${row.sender_id} ${row.client_msg_id}`;
}
