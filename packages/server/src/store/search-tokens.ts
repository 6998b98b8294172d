export const tokenLimits = {
  /** UTF-16 units of a word that count; longer words are found by their beginning. */
  wordCharsMax: 40,
  /** Shorter words match whole words only: too many begin with them. */
  prefixCharsMin: 3,
} as const;

/** Stands between two runs, so that no phrase is found across them. Private use: `tokensOf` never meets it as a letter. */
export const gap = '\u{e000}';
/** Letters of scripts that put no spaces between words. */
const unspaced =
  '[[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Hangul}\\p{sc=Bopomofo}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}ー]&&[\\p{L}\\p{N}\\p{M}]]';
const anyPiece = new RegExp(`${unspaced}+|[[\\p{L}\\p{N}\\p{M}]--${unspaced}]+|\\p{Extended_Pictographic}`, 'gv');
const isRun = new RegExp(`^${unspaced}`, 'v');
const isSign = /^\p{Extended_Pictographic}/v;
/** Most texts need no more than this, at a fraction of the cost. */
const asciiPiece = /[a-z0-9]+/g;
const isMoreThanAscii = /[\u0080-\uffff]/;

/** One part of a text that can be searched. */
export interface Piece {
  /** A word; a run of letters without spaces between its words; or a pictograph. */
  readonly kind: 'word' | 'run' | 'sign';
  readonly text: string;
}

export interface Tokens {
  /** Words, pictographs, and every pair of neighbours in a run, in their order. */
  readonly words: readonly string[];
  /** Every single letter of the runs, once. */
  readonly letters: readonly string[];
}

/** Splits a text into what can be searched: without regard to case, width and form. Works alike for messages and queries. */
export function piecesOf(text: string): Piece[] {
  if (!isMoreThanAscii.test(text)) return (text.toLowerCase().match(asciiPiece) ?? []).map(toWord);
  const folded = text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
  return (folded.match(anyPiece) ?? []).map(toPiece);
}

export function tokensOf(text: string): Tokens {
  const words: string[] = [];
  const letters = new Set<string>();
  let isAfterRun = false;
  for (const { kind, text: piece } of piecesOf(text)) {
    if (kind !== 'run') words.push(piece);
    else {
      if (isAfterRun) words.push(gap);
      words.push(...pairsOf(piece));
      for (const letter of piece) letters.add(letter);
    }
    isAfterRun = kind === 'run';
  }
  return { words, letters: [...letters] };
}

/** `abc` gives `ab` and `bc`; a single letter gives nothing. */
export function pairsOf(run: string): string[] {
  const letters = Array.from(run);
  return letters.slice(1).map((letter, index) => `${letters[index] ?? ''}${letter}`);
}

function toPiece(text: string): Piece {
  if (isRun.test(text)) return { kind: 'run', text };
  return isSign.test(text) ? { kind: 'sign', text } : toWord(text);
}

function toWord(text: string): Piece {
  if (text.length <= tokenLimits.wordCharsMax) return { kind: 'word', text };
  return { kind: 'word', text: text.slice(0, tokenLimits.wordCharsMax).replace(/[\ud800-\udbff]$/, '') };
}
