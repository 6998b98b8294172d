import { sql } from 'kysely';
import type { Handler } from '../context.ts';
import { conversationViews } from '../conversation-view.ts';
import { cutPage, readCursor } from '../page-cursor.ts';
import { prepared } from '../prepared.ts';

type Args = { userId: number; pattern: string; usedAt: number; id: number; limit: number };

const page = prepared<Args, { id: number; last_message_at: number }>((db, slot) =>
  db
    .selectFrom('conversations as c')
    .select(['c.id', 'c.last_message_at'])
    .where('c.is_listed', '=', sql.lit(1))
    .where('c.kind', 'in', ['room', 'channel'])
    .where(sql<boolean>`lower(c.title) like ${slot.pattern} escape '!'`)
    .where((eb) =>
      eb.or([
        eb('c.last_message_at', '<', slot.usedAt),
        eb.and([eb('c.last_message_at', '=', slot.usedAt), eb('c.id', '<', slot.id)]),
      ]),
    )
    .where(({ not, exists, selectFrom }) => {
      const bans = selectFrom('bans as b').select('b.user_id').whereRef('b.conversation_id', '=', 'c.id');
      return not(exists(bans.where('b.user_id', '=', slot.userId)));
    })
    .orderBy('c.last_message_at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(slot.limit),
);

const beginning = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;

export const conversationBrowse: Handler<'conversation.browse'> = async ({ store }, { params, session }) => {
  const [usedAt = 0, id = 0] = readCursor(params.cursor, 2) ?? beginning;
  const { userId } = session;
  const rows = await page(store.db, { userId, pattern: patternFor(params.query), usedAt, id, limit: params.limit + 1 });
  const { rows: shown, next } = cutPage(rows, params.limit, (row) => [row.last_message_at, row.id]);
  const ids = shown.map((row) => row.id);
  return { result: { items: await conversationViews(store.db, userId, ids), ...next } };
};

/** Titles that contain the query; its own % and _ mean themselves. */
function patternFor(query: string): string {
  return `%${query.toLowerCase().replaceAll(/[!%_]/g, '!$&')}%`;
}
