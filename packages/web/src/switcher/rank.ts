/** How well a name answers a query: lower is better, undefined not at all. Its letters must follow each other in order. */
export function rankOf(name: string, query: string): number | undefined {
  const [text, wanted] = [name.toLocaleLowerCase(), query.toLocaleLowerCase()];
  const at = text.indexOf(wanted);
  if (at === 0) return 0;
  if (at > 0) return /[\s._#-]/u.test(text.charAt(at - 1)) ? 1 : 2;
  return gapsOf(text, wanted);
}

/** Letters skipped between the first and the last that matches. */
function gapsOf(text: string, wanted: string): number | undefined {
  let at = -1;
  let gaps = 0;
  for (const letter of wanted.replaceAll(/\s+/g, '')) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    gaps += at < 0 ? 0 : next - at - 1;
    at = next;
  }
  return 3 + gaps;
}

/** The best of a list, in its own order where they are equal. */
export function bestOf<T>(
  items: readonly T[],
  options: { readonly query: string; readonly nameOf: (item: T) => string; readonly max: number },
): readonly T[] {
  const query = options.query.trim();
  if (query === '') return items.slice(0, options.max);
  return items
    .flatMap((item, index) => {
      const rank = rankOf(options.nameOf(item), query);
      return rank === undefined ? [] : [{ item, rank, index }];
    })
    .toSorted((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, options.max)
    .map(({ item }) => item);
}
