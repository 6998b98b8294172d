import type { Handler } from '../context.ts';
import { openConversation } from '../load-conversation.ts';
import { cutPage, readCursor } from '../page-cursor.ts';
import { prepared } from '../prepared.ts';

interface Row {
  readonly user_id: number;
  readonly display_name: string;
  readonly reason: string;
  readonly banned_by: number;
  readonly banned_at: number;
}

const page = prepared<{ conversationId: number; userId: number; limit: number }, Row>((db, slot) =>
  db
    .selectFrom('bans as b')
    .innerJoin('users as u', 'u.id', 'b.user_id')
    .select(['b.user_id', 'u.display_name', 'b.reason', 'b.banned_by', 'b.banned_at'])
    .where('b.conversation_id', '=', slot.conversationId)
    .where('b.user_id', '>', slot.userId)
    .orderBy('b.user_id')
    .limit(slot.limit),
);

export const banList: Handler<'ban.list'> = async ({ store, clock }, { params, session }) => {
  const { conversationId, limit } = params;
  await openConversation(store.db, { conversationId, userId: session.userId, action: 'ban', now: clock.now() });
  const [userId = 0] = readCursor(params.cursor, 1) ?? [];
  const rows = await page(store.db, { conversationId, userId, limit: limit + 1 });
  const { rows: shown, next } = cutPage(rows, limit, (row) => [row.user_id]);
  const items = shown.map((row) => ({
    userId: row.user_id,
    displayName: row.display_name,
    reason: row.reason,
    bannedBy: row.banned_by,
    bannedAt: row.banned_at,
  }));
  return { result: { items, ...next } };
};
