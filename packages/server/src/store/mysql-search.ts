import { pairsOf, piecesOf, tokenLimits, type Piece } from './search-tokens.ts';
import type { ServerConnection } from './server-connection.ts';
import type { SearchHit, SearchQuery } from './store.ts';

const searchLimits = {
  /** Tokens that are looked up in the index; what more a query has is compared with what they have found. */
  tokensMax: 8,
  /** Matches that are looked at; a search for more common words answers from among these. */
  candidatesMax: 100_000,
} as const;
/** Above every id. */
const newest = String(2n ** 63n - 1n);

interface Condition {
  readonly sql: string;
  readonly parameter: string;
}

export async function searchDocuments(connection: ServerConnection, query: SearchQuery): Promise<readonly SearchHit[]> {
  const pieces = piecesOf(query.text);
  if (pieces.length === 0 || query.scope.length === 0 || query.limit < 1) return [];
  const places = query.scope.map(({ conversationId, afterSeq }) => ({ c: conversationId, s: afterSeq }));
  const tokens = conditionsOf(pieces).slice(0, searchLimits.tokensMax);
  const texts = textsOf(pieces);
  const { senderId } = query;
  return connection.run<SearchHit>(statementOf({ tokens, texts, hasSender: senderId !== undefined }), [
    JSON.stringify(places),
    ...tokens.map(({ parameter }) => parameter),
    query.beforeId ?? newest,
    ...texts,
    query.from ?? 0,
    query.to ?? Number.MAX_SAFE_INTEGER,
    ...(senderId === undefined ? [] : [senderId]),
    query.limit,
  ]);
}

interface Shape {
  readonly tokens: readonly Condition[];
  readonly texts: readonly string[];
  readonly hasSender: boolean;
}

/** The places are a table of their own, which the server can look up, as it cannot in a list. */
function statementOf({ tokens, texts, hasSender }: Shape): string {
  const joins = tokens.map(({ sql }, index) => {
    const isSame =
      index === 0 ? 't0.conversation_id = x.c' : `t${index}.conversation_id = x.c and t${index}.id = t0.id`;
    return `join search_tokens as t${index} on t${index}.token ${sql} and ${isSame}`;
  });
  return `select cast(d.id as char) as id, d.conversation_id as conversationId, d.seq from (
    select distinct t0.id, x.s
    from (select distinct c, s from json_table(?, '$[*]' columns (c bigint path '$.c', s bigint path '$.s')) as places) as x
    ${joins.join('\n    ')}
    where t0.id < ? limit ${searchLimits.candidatesMax}
  ) as matches
  join search_documents as d on d.id = matches.id and d.seq > matches.s
  where ${texts.map(() => 'd.words like ? and ').join('')}d.created_at between ? and ?
    ${hasSender ? 'and d.sender_id = ?' : ''}
  order by d.id desc limit ?`;
}

/** One for each token of the query, each once, the longest first: few messages have them. */
function conditionsOf(pieces: readonly Piece[]): Condition[] {
  const found = pieces.flatMap((piece, index) => {
    if (isPrefix(piece, index === pieces.length - 1)) return [{ sql: 'like ?', parameter: `${piece.text}%` }];
    const pairs = piece.kind === 'run' ? pairsOf(piece.text) : [];
    return (pairs.length === 0 ? [piece.text] : pairs).map((parameter) => ({ sql: '= ?', parameter }));
  });
  const each = new Map(found.map((condition) => [condition.parameter, condition]));
  return [...each.values()].toSorted((one, other) => other.parameter.length - one.parameter.length);
}

/** What stands in a document that matches, as patterns; nothing where its tokens say it all. */
function textsOf(pieces: readonly Piece[]): string[] {
  const isMany = conditionsOf(pieces).length > searchLimits.tokensMax;
  return pieces.flatMap((piece, index) => {
    const pairs = piece.kind === 'run' ? pairsOf(piece.text) : [];
    if (pairs.length > 1) return [`% ${pairs.join(' ')} %`];
    if (!isMany) return [];
    const token = pairs[0] ?? piece.text;
    return [isPrefix(piece, index === pieces.length - 1) ? `% ${token}%` : `% ${token} %`];
  });
}

function isPrefix({ kind, text }: Piece, isLast: boolean): boolean {
  return isLast && kind === 'word' && text.length >= tokenLimits.prefixCharsMin;
}
