import { ParleyError, type Ack } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { prepared } from './prepared.ts';

type Key = { conversationId: number; senderId: number; clientMsgId: string };
interface Stored {
  readonly id: string;
  readonly seq: number;
  readonly first_version: number;
  readonly created_at: number;
  readonly body_hash: string;
}

const byKey = prepared<Key, Stored>((db, slot) =>
  db
    .selectFrom('messages')
    .select(['id', 'seq', 'first_version', 'created_at', 'body_hash'])
    .where('sender_id', '=', slot.senderId)
    .where('conversation_id', '=', slot.conversationId)
    .where('client_msg_id', '=', slot.clientMsgId),
);

/**
 * The ack of a message that an earlier attempt stored, or undefined. Asked before refusing a send: a refusal says that it was
 * not stored, and who was muted or removed since may be retrying one that was. [D1, D2]
 * @throws ParleyError `client-msg-id-conflict`
 */
export async function earlierAck(db: Kysely<Tables>, key: Key, hash: string): Promise<Ack | undefined> {
  const [row] = await byKey(db, key);
  if (row === undefined) return undefined;
  if (row.body_hash !== hash) throw new ParleyError('client-msg-id-conflict');
  return { id: row.id, seq: row.seq, version: row.first_version, createdAt: row.created_at };
}
