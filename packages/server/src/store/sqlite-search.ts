import { pairsOf, piecesOf, tokenLimits, type Piece } from './search-tokens.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SearchHit, SearchQuery } from './store.ts';

export const searchLimits = {
  /** Candidates of the first look; each next one takes four times as many, up to the second number, before others get their turn. */
  firstLook: 64,
  candidatesPerLook: 4_096,
  /** Candidates after which a search answers with what it has. */
  candidatesMax: 100_000,
  /** Conversations that are asked for in the index itself at once. With more, asking costs more than it saves … */
  placesMax: 50,
  /** … unless this many candidates did not bring enough from the right ones. */
  candidatesAnywhere: 2_048,
  /** How far ids and `createdAt` may disagree about what came first. */
  clockSlackMs: 3_600_000,
} as const;

const look = `select cast(d.id as text) as id, d.conversation_id as conversationId, d.seq, d.created_at as createdAt
  from search_index join search_documents d on d.id = search_index.rowid
  where search_index match ?1 and search_index.rowid < cast(?2 as integer) order by search_index.rowid desc limit ?3`;
const timeBefore =
  'select created_at as time from search_documents where id < cast(? as integer) order by id desc limit 1';

/** Above every id. */
const newest = 2n ** 63n - 1n;

interface Candidate extends SearchHit {
  readonly createdAt: number;
}

/** Searches the index in looks of bounded size, the newest messages first. */
export async function searchIndex(connection: SqliteConnection, query: SearchQuery): Promise<SearchHit[]> {
  const pieces = piecesOf(query.text);
  if (pieces.length === 0 || query.scope.length === 0 || query.limit < 1) return [];
  const take = takerOf(query);
  const statement = connection.prepare(look);
  let before = String(startOf(connection, query));
  let size: number = searchLimits.firstLook;
  for (let seen = 0; seen < searchLimits.candidatesMax;) {
    const expression = expressionOf(pieces, query, seen);
    const candidates = statement.all(expression, before, size) as Candidate[];
    if (candidates.some((candidate) => take(candidate)) || candidates.length < size) break;
    seen += candidates.length;
    before = candidates.at(-1)?.id ?? before;
    size = Math.min(4 * size, searchLimits.candidatesPerLook);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  return take.hits;
}

interface Taker {
  /** Keeps the candidate if it fits; true when the search is over. */
  (candidate: Candidate): boolean;
  readonly hits: SearchHit[];
}

function takerOf({ scope, limit, from = -Infinity, to = Infinity }: SearchQuery): Taker {
  const afterSeq = new Map(scope.map((place) => [place.conversationId, place.afterSeq]));
  const hits: SearchHit[] = [];
  const take = ({ conversationId, seq, id, createdAt }: Candidate): boolean => {
    if (createdAt < from - searchLimits.clockSlackMs) return true;
    const isReadable = seq > (afterSeq.get(conversationId) ?? Infinity);
    if (isReadable && createdAt >= from && createdAt <= to) hits.push({ conversationId, seq, id });
    return hits.length >= limit;
  };
  return Object.assign(take, { hits });
}

/** The id to begin below: the page's, or the first one later than `to`, found by halving, so that newer messages cost nothing. */
function startOf(connection: SqliteConnection, { beforeId, to }: SearchQuery): bigint {
  let high = beforeId === undefined ? newest : BigInt(beforeId);
  if (to === undefined) return high;
  const statement = connection.prepare(timeBefore);
  let low = 0n;
  while (low < high) {
    const middle = (low + high) / 2n;
    const row = statement.get(String(middle)) as { readonly time: number } | null;
    if (row !== null && row.time > to + searchLimits.clockSlackMs) high = middle;
    else low = middle + 1n;
  }
  return high;
}

/** The query in the index's language, made of tokens only: nothing a user types can be an operator. */
function expressionOf(pieces: readonly Piece[], { scope, senderId }: SearchQuery, seen: number): string {
  const terms = pieces.map((piece, index) => termOf(piece, index === pieces.length - 1));
  if (senderId !== undefined) terms.push(`place : "u${senderId}"`);
  if (scope.length > searchLimits.placesMax && seen < searchLimits.candidatesAnywhere) return terms.join(' AND ');
  const places = scope.map((place) => `"c${place.conversationId}"`).join(' OR ');
  return [...terms, `place : (${places})`].join(' AND ');
}

function termOf({ kind, text }: Piece, isLast: boolean): string {
  if (kind !== 'run') {
    const isPrefix = isLast && kind === 'word' && text.length >= tokenLimits.prefixCharsMin;
    return `words : "${text}"${isPrefix ? ' *' : ''}`;
  }
  const pairs = pairsOf(text);
  return pairs.length === 0 ? `letters : "${text}"` : `words : "${pairs.join(' ')}"`;
}
