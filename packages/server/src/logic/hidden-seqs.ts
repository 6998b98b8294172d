import type { Message } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { prepared } from './prepared.ts';

type Range = { userId: number; conversationId: number; from: number; to: number };

const inRange = prepared<Range, { seq: number }>((db, slot) =>
  db
    .selectFrom('hidden')
    .select('seq')
    .where('user_id', '=', slot.userId)
    .where('conversation_id', '=', slot.conversationId)
    .where('seq', '>=', slot.from)
    .where('seq', '<=', slot.to),
);

/** Which of these messages of one conversation the user deleted for themselves, in order. */
export async function hiddenSeqs(db: Kysely<Tables>, userId: number, messages: readonly Message[]): Promise<number[]> {
  const conversationId = messages[0]?.conversationId;
  if (conversationId === undefined) return [];
  const seqs = messages.map((message) => message.seq);
  const rows = await inRange(db, { userId, conversationId, from: Math.min(...seqs), to: Math.max(...seqs) });
  const shown = new Set(seqs);
  return rows
    .map((row) => row.seq)
    .filter((seq) => shown.has(seq))
    .toSorted((a, b) => a - b);
}
