import { readPattern, type Term } from './regex-tree.ts';

/** Characters of every sort that patterns tell apart: two sets that share none of these are taken for disjoint. */
const samples = [
  Array.from({ length: 128 }, (_, code) => String.fromCodePoint(code)),
  ['é', 'İ', 'ß', '中', '１', '٣', '👍', '🇩', '\u200d', '\ufe0f', '\u0301', '\u20e3', '\u2028', '\u2029', '\u202e'],
  ['\u00a0', '\u3000', '\u{e0067}', '\u{1f3fb}', '\u{10ffff}', '\u0085', '\u009f', 'ª', '²'],
].flat();

/**
 * What in a pattern can take more than linear time: repetitions within repetitions, repeated alternatives that begin alike,
 * repetitions of the same characters side by side, and, where the pattern may begin anywhere, one it begins with.
 */
export function slowParts(source: string, flags: string): string[] {
  const found: string[] = [];
  const alternatives = readPattern(source);
  for (const terms of alternatives) {
    examine(terms, flags, found);
    const [first] = terms;
    if (!flags.includes('y') && first !== undefined && isEndless(first) && isFollowed(terms))
      found.push(`begins with ${written(first)} and may begin anywhere`);
  }
  return found;
}

function examine(terms: readonly Term[], flags: string, found: string[]): void {
  for (const [index, term] of terms.entries()) {
    if (isEndless(term) && term.kind === 'group') examineRepeated(term, flags, found);
    for (const alternative of term.alternatives) examine(alternative, flags, found);
    const neighbour = isEndless(term) ? nextRepetition(terms, index, flags) : undefined;
    if (neighbour !== undefined) found.push(`${written(term)} beside ${written(neighbour)}`);
  }
}

function examineRepeated(term: Term, flags: string, found: string[]): void {
  const { alternatives } = term;
  // One that is fenced by what it cannot itself match, as in `(?:,a+)*`, has one way only.
  for (const terms of alternatives)
    for (const inner of terms)
      if (isEndless(inner) && !isFenced(inner, terms, flags)) found.push(`${written(inner)} within ${written(term)}`);
  for (const [index, one] of alternatives.entries())
    for (const other of alternatives.slice(index + 1))
      if (overlap(one[0], other[0], flags)) found.push(`alternatives of ${written(term)} begin alike`);
}

function isFenced(inner: Term, terms: readonly Term[], flags: string): boolean {
  return terms.some((term) => term !== inner && term.kind === 'set' && term.min > 0 && !overlap(term, inner, flags));
}

/** The next repetition of the same characters that may touch this one. */
function nextRepetition(terms: readonly Term[], index: number, flags: string): Term | undefined {
  for (const other of terms.slice(index + 1)) {
    if (isEndless(other) && overlap(terms[index], other, flags)) return other;
    if (other.min > 0 && !overlap(terms[index], other, flags)) return undefined;
  }
  return undefined;
}

const isEndless = ({ max }: Term): boolean => max === Infinity;
const isFollowed = (terms: readonly Term[]): boolean => terms.length > 1;

function written({ source, max, min }: Term): string {
  return max === 1 && min === 1 ? source : `${source}{${min},${max === Infinity ? '' : max}}`;
}

/** Whether something can be read as either. Groups are judged by all that they may begin with. */
function overlap(one: Term | undefined, other: Term | undefined, flags: string): boolean {
  const [left, right] = [charactersOf(one, flags), charactersOf(other, flags)];
  return samples.some((sample) => left(sample) && right(sample));
}

function charactersOf(term: Term | undefined, flags: string): (sample: string) => boolean {
  if (term === undefined || term.kind === 'empty') return () => false;
  if (term.kind === 'group') {
    const firsts = term.alternatives.map((terms) =>
      charactersOf(
        terms.find(({ kind }) => kind !== 'empty'),
        flags,
      ),
    );
    return (sample) => firsts.some((fits) => fits(sample));
  }
  const pattern = new RegExp(`^(?:${term.source})$`, flags.replaceAll(/[gy]/g, ''));
  return (sample) => pattern.test(sample);
}
