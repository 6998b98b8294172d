import { gap, tokensOf } from './search-tokens.ts';

/**
 * What the index keeps of a message: its tokens, each between two spaces, words in their order and then single letters. Empty
 * when nothing can be found in it. Tokens hold letters, digits, marks and pictographs only: never a space, and no sign that
 * `like` knows.
 */
export function documentOf(text: string): string {
  const { words, letters } = tokensOf(text);
  return words.length + letters.length === 0 ? '' : ` ${[...words, gap, ...letters].join(' ')} `;
}

/** Every token of a document, once. */
export function tokensIn(document: string): string[] {
  return [...new Set(document.trim().split(' '))].filter((token) => token !== gap);
}
