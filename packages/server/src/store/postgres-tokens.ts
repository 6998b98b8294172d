import { pairsOf, tokenLimits, tokensOf, type Piece } from './search-tokens.ts';
import type { SearchQuery } from './store.ts';

/** Conversations that are asked for in the index itself; with more, asking costs more than it saves. */
const placesMax = 50;
/** Begins the tokens that say where a message stands and whose it is. Private use: no word begins with it. */
const mark = '\u{e001}';

/**
 * A message's tokens as a tsvector: words with their positions, for phrases, and single letters without. Tokens hold letters,
 * digits, marks and pictographs only, so that quoting them is enough. Empty when nothing can be found in it.
 */
export function vectorOf(text: string, place: { readonly conversationId: number; readonly senderId: number }): string {
  const { words, letters } = tokensOf(text);
  if (words.length + letters.length === 0) return '';
  const positioned = words.map((word, index) => `'${word}':${index + 1}`);
  const marks = [...letters, conversationMark(place.conversationId), senderMark(place.senderId)];
  return [...positioned, ...marks.map((token) => `'${token}'`)].join(' ');
}

/** What `vectorOf` is matched with. Nothing a user types can be an operator. */
export function tsqueryOf(pieces: readonly Piece[], { scope, senderId }: SearchQuery): string {
  const terms = pieces.map((piece, index) => termOf(piece, index === pieces.length - 1));
  if (senderId !== undefined) terms.push(`'${senderMark(senderId)}'`);
  if (scope.length <= placesMax)
    terms.push(`(${scope.map((place) => `'${conversationMark(place.conversationId)}'`).join(' | ')})`);
  return terms.join(' & ');
}

function termOf({ kind, text }: Piece, isLast: boolean): string {
  if (kind !== 'run') {
    const isPrefix = isLast && kind === 'word' && text.length >= tokenLimits.prefixCharsMin;
    return `'${text}'${isPrefix ? ':*' : ''}`;
  }
  const pairs = pairsOf(text).map((pair) => `'${pair}'`);
  return pairs.length === 0 ? `'${text}'` : `(${pairs.join(' <-> ')})`;
}

function conversationMark(id: number): string {
  return `${mark}c${id}`;
}

function senderMark(id: number): string {
  return `${mark}u${id}`;
}
