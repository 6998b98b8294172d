import type { Changing } from './change-message.ts';

/** Earlier texts kept of one message; the oldest go first. */
export const revisionsMax = 100;

/** Keeps the text a message has before its edit. */
export async function keepRevision({ tx, before, now }: Changing): Promise<void> {
  const { conversation_id, seq, version, content } = before;
  await tx.insertInto('revisions').values({ conversation_id, seq, version, content, replaced_at: now }).execute();
  await tx
    .deleteFrom('revisions')
    .where('conversation_id', '=', conversation_id)
    .where('seq', '=', seq)
    .where('version', '<=', (eb) =>
      eb
        .selectFrom('revisions as kept')
        .select('kept.version')
        .where('kept.conversation_id', '=', conversation_id)
        .where('kept.seq', '=', seq)
        .orderBy('kept.version', 'desc')
        .limit(1)
        .offset(revisionsMax),
    )
    .execute();
}
