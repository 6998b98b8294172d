import type { Handler } from '../context.ts';
import { conversationViews } from '../conversation-view.ts';
import { cutPage, readCursor } from '../page-cursor.ts';
import { prepared } from '../prepared.ts';

type Args = { userId: number; changedAt: number; id: number; limit: number };

const page = prepared<Args, { id: number; changed_at: number }>((db, slot) =>
  db
    .selectFrom('members as m')
    .innerJoin('conversations as c', 'c.id', 'm.conversation_id')
    .select(['c.id', 'c.changed_at'])
    .where('m.user_id', '=', slot.userId)
    .where('m.status', '=', 'active')
    .where((eb) =>
      eb.or([
        eb('c.changed_at', '<', slot.changedAt),
        eb.and([eb('c.changed_at', '=', slot.changedAt), eb('c.id', '<', slot.id)]),
      ]),
    )
    .orderBy('c.changed_at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(slot.limit),
);

const beginning = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] as const;

export const conversationList: Handler<'conversation.list'> = async ({ store, clock }, { params, session }) => {
  const asOf = clock.now();
  const [changedAt = 0, id = 0] = readCursor(params.cursor, 2) ?? beginning;
  const rows = await page(store.db, { userId: session.userId, changedAt, id, limit: params.limit + 1 });
  const { rows: shown, next } = cutPage(rows, params.limit, (row) => [row.changed_at, row.id]);
  const ids = shown.map((row) => row.id);
  return { result: { items: await conversationViews(store.db, session.userId, ids), ...next, asOf } };
};
