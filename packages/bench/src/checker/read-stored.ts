import { Database } from 'bun:sqlite';
import type { ConversationKind } from '@parley/protocol';
import { messageView, type MessageRow } from '@parley/server/src/logic/message-view.ts';
import type { StoredTruth } from './truth.ts';

/** What there is of a conversation in the tables, whichever engine has them. */
export interface StoredRows {
  readonly conversation: ConversationRow;
  /** By seq. */
  readonly messages: readonly MessageRow[];
  /** By user. */
  readonly members: readonly MemberRow[];
}

export interface ConversationRow {
  readonly kind: ConversationKind;
  readonly seq: number;
  readonly version: number;
  readonly min_seq: number;
}

export interface MemberRow {
  readonly user_id: number;
  readonly status: string;
  readonly join_seq: number;
  readonly read_seq: number;
  readonly delivered_seq: number;
}

/** What the database file holds of a conversation, read past the server. @throws RangeError when there is no such conversation */
export function readStored(path: string, conversationId: number): StoredTruth {
  using database = new Database(path, { readonly: true });
  const row = database
    .query<ConversationRow, [number]>('select kind, seq, version, min_seq from conversations where id = ?')
    .get(conversationId);
  if (row === null) throw new RangeError(`The database has no conversation ${conversationId}.`);
  const messages = database
    .query<MessageRow, [number]>('select * from messages where conversation_id = ? order by seq')
    .all(conversationId);
  const members = database
    .query<MemberRow, [number]>('select * from members where conversation_id = ? order by user_id')
    .all(conversationId);
  return storedTruth(conversationId, { conversation: row, messages, members });
}

export function storedTruth(conversationId: number, { conversation, messages, members }: StoredRows): StoredTruth {
  const { kind, seq, version, min_seq: minSeq } = conversation;
  return {
    conversationId,
    kind,
    head: { seq, version },
    minSeq,
    stored: messages.map(messageView),
    members: members.map((member) => ({
      userId: member.user_id,
      isActive: member.status === 'active',
      joinSeq: member.join_seq,
      readSeq: member.read_seq,
      deliveredSeq: member.delivered_seq,
    })),
  };
}
