import { ParleyError, type Message, type Params } from '@parley/protocol';
import type { Session } from '../../session.ts';
import type { SearchHit, SearchQuery } from '../../store/store.ts';
import type { Context, Handler } from '../context.ts';
import { openConversation, readableAfter } from '../load-conversation.ts';
import { messageView, type MessageRow } from '../message-view.ts';
import { prepared } from '../prepared.ts';
import { searchScope } from '../search-scope.ts';
import { usersOf } from '../users-of.ts';

type Places = { conversationIds: readonly number[]; seqs: readonly number[]; userId: number };

/** Without those the user deleted for themselves. */
const atPlaces = prepared<Places, MessageRow>((db, slot) =>
  db
    .selectFrom('messages')
    .leftJoin('hidden', (join) =>
      join
        .onRef('hidden.conversation_id', '=', 'messages.conversation_id')
        .onRef('hidden.seq', '=', 'messages.seq')
        .on('hidden.user_id', '=', slot.userId),
    )
    .selectAll('messages')
    .where(({ eb, or }) =>
      or(
        slot.seqs.map((seq, index) =>
          eb('messages.conversation_id', '=', slot.conversationIds[index] ?? 0).and('messages.seq', '=', seq),
        ),
      ),
    )
    .where('hidden.seq', 'is', null),
);

export const messageSearch: Handler<'message.search'> = async (context, { params, session }) => {
  const { db } = context.store;
  const { limit } = params;
  const found = await context.store.search({
    ...filters(params),
    scope: await scopeOf(context, params, session),
    limit: limit + 1,
  });
  const hits = found.slice(0, limit);
  const places = { conversationIds: hits.map((hit) => hit.conversationId), seqs: hits.map((hit) => hit.seq) };
  const items = inOrderOf(hits, await atPlaces(db, { ...places, userId: session.userId }));
  const last = found.length > limit ? hits.at(-1) : undefined;
  return { result: { items, users: await usersOf(db, items), ...(last === undefined ? {} : { nextCursor: last.id }) } };
};

async function scopeOf(
  context: Context,
  { conversationId }: Params<'message.search'>,
  { userId }: Session,
): Promise<SearchQuery['scope']> {
  const { db } = context.store;
  if (conversationId === undefined) return searchScope(db, userId);
  const conversation = await openConversation(db, { conversationId, userId, action: 'read', now: context.clock.now() });
  return [{ conversationId, afterSeq: readableAfter(conversation) }];
}

function filters({
  query,
  senderId,
  from,
  to,
  cursor,
}: Params<'message.search'>): Omit<SearchQuery, 'scope' | 'limit'> {
  if (cursor !== undefined && !/^[0-9]{1,20}$/.test(cursor)) {
    throw new ParleyError('invalid-params', undefined, {
      fields: [{ pointer: '/cursor', message: 'not a cursor of this command' }],
    });
  }
  return {
    text: query,
    ...(senderId === undefined ? {} : { senderId }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(cursor === undefined ? {} : { beforeId: cursor }),
  };
}

function inOrderOf(hits: readonly SearchHit[], rows: readonly MessageRow[]): Message[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return hits.flatMap(({ id }) => {
    const row = byId.get(id);
    return row === undefined ? [] : [messageView(row)];
  });
}
