import { tsqueryOf } from './postgres-tokens.ts';
import { piecesOf } from './search-tokens.ts';
import type { ServerConnection } from './server-connection.ts';
import type { SearchHit, SearchQuery } from './store.ts';

/** Matches that are looked at; a search for more common words answers from among these. */
const candidatesMax = 100_000;
/** Above every id. */
const newest = String(2n ** 63n - 1n);

/** Matches first, on their own: otherwise the planner, which cannot know the words, may walk all messages by their ids. */
const search = `with matches as materialized (
    select id, conversation_id, seq, created_at from search_documents where words @@ $1::text::tsquery limit ${candidatesMax}
  )
  select d.id::text as id, d.conversation_id as "conversationId", d.seq from matches as d
  join json_to_recordset($2::text::json) as x(c bigint, s bigint) on x.c = d.conversation_id and d.seq > x.s
  where d.id < $3::text::bigint and d.created_at between $4::text::bigint and $5::text::bigint
  order by d.id desc limit $6::text::bigint`;

export async function searchDocuments(connection: ServerConnection, query: SearchQuery): Promise<readonly SearchHit[]> {
  const pieces = piecesOf(query.text);
  if (pieces.length === 0 || query.scope.length === 0 || query.limit < 1) return [];
  const places = query.scope.map(({ conversationId, afterSeq }) => ({ c: conversationId, s: afterSeq }));
  return connection.run<SearchHit>(search, [
    tsqueryOf(pieces, query),
    JSON.stringify(places),
    query.beforeId ?? newest,
    String(query.from ?? 0),
    String(query.to ?? Number.MAX_SAFE_INTEGER),
    String(query.limit),
  ]);
}
