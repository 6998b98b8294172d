const beforeChars = 40;

/** The text around the first place of the query, in one line; the start of it when it is not found as written. */
export function excerptOf(text: string, query: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const at = line.toLocaleLowerCase().indexOf(query.toLocaleLowerCase());
  if (at <= beforeChars) return line;
  const space = line.indexOf(' ', at - beforeChars);
  return `…${line.slice(space >= 0 && space < at ? space + 1 : at - beforeChars)}`;
}

/** The pieces of a text, told apart by whether the query, or a word of it, is there. */
export function piecesOf(text: string, query: string): readonly { readonly text: string; readonly isHit: boolean }[] {
  const words = [query, ...query.split(/\s+/u)]
    .filter((word) => word !== '')
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (words.length === 0) return [{ text, isHit: false }];
  return text
    .split(new RegExp(`(${words.join('|')})`, 'giu'))
    .map((piece, index) => ({ text: piece, isHit: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
