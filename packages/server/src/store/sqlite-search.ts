import { pairsOf, piecesOf, tokenLimits, type Piece } from './search-tokens.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { SearchHit, SearchQuery } from './store.ts';

export const searchLimits = {
  /** Messages with the words that one look takes, before others get their turn. */
  candidatesPerLook: 1_000,
  /** Candidates after which a search answers with what it has: only filters by time can pass over so many. */
  candidatesMax: 100_000,
} as const;

const look = `select cast(d.id as text) as id, d.conversation_id as conversationId, d.seq, d.created_at as createdAt
  from search_index join search_documents d on d.id = search_index.rowid
  where search_index match ?1 and search_index.rowid < cast(?2 as integer) order by search_index.rowid desc limit ?3`;

/** Above every id: 2^63 − 1. */
const newest = '9223372036854775807';

interface Candidate extends SearchHit {
  readonly createdAt: number;
}

/** Searches the index in looks of bounded size, the newest messages first. */
export async function searchIndex(connection: SqliteConnection, query: SearchQuery): Promise<SearchHit[]> {
  const expression = expressionOf(query);
  if (expression === undefined) return [];
  const statement = connection.prepare(look);
  const fits = filterOf(query);
  const hits: SearchHit[] = [];
  let before = query.beforeId ?? newest;
  for (let seen = 0; seen < searchLimits.candidatesMax; seen += searchLimits.candidatesPerLook) {
    const candidates = statement.all(expression, before, searchLimits.candidatesPerLook) as Candidate[];
    for (const candidate of candidates) {
      if (!fits(candidate)) continue;
      hits.push({ conversationId: candidate.conversationId, seq: candidate.seq, id: candidate.id });
      if (hits.length === query.limit) return hits;
    }
    if (candidates.length < searchLimits.candidatesPerLook) break;
    before = candidates.at(-1)?.id ?? before;
    await new Promise((resolve) => void setImmediate(resolve));
  }
  return hits;
}

function filterOf({ scope, from = -Infinity, to = Infinity }: SearchQuery): (candidate: Candidate) => boolean {
  const afterSeq = new Map(scope.map((place) => [place.conversationId, place.afterSeq]));
  return ({ conversationId, seq, createdAt }) =>
    seq > (afterSeq.get(conversationId) ?? Infinity) && createdAt >= from && createdAt <= to;
}

/** The query in the index's language, made of tokens only: nothing a user types can be an operator. Undefined: finds nothing. */
function expressionOf({ text, scope, senderId, limit }: SearchQuery): string | undefined {
  const pieces = piecesOf(text);
  if (pieces.length === 0 || scope.length === 0 || limit < 1) return undefined;
  const terms = pieces.map((piece, index) => termOf(piece, index === pieces.length - 1));
  const places = scope.map((place) => `"c${place.conversationId}"`).join(' OR ');
  if (senderId !== undefined) terms.push(`place : "u${senderId}"`);
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
