const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstOf(word: string): string {
  const [first] = segmenter.segment(word);
  return first?.segment.toLocaleUpperCase() ?? '';
}

/** The first letters of the first and the last word; of a name in Chinese, Japanese or Korean its last character. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter((word) => word !== '');
  const [first = '?'] = words;
  if (/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+$/u.test(first))
    return [...segmenter.segment(first)].at(-1)?.segment ?? '?';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return firstOf(first) + firstOf(last);
}
