/** What a docstring says. */
export interface Docstring {
  readonly text: string;
  /** After `@throws`. */
  readonly throws: readonly string[];
  /** After `@command`: the commands of the protocol that are behind it, and with them their errors. */
  readonly commands: readonly string[];
  /** After `@example`: TypeScript. */
  readonly example: string;
}

const tag = /^@(throws|command|example)\b ?/;

/** Reads the inside of a JSDoc comment. */
export function readDocstring(comment: string): Docstring {
  const lines = comment
    .replace(/^\*/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const parts = lines
    .join('\n')
    .split(/(?=^\s*@(?:throws|command|example)\b)|(?<=\. )(?=@throws\b)/m)
    .map((part) => part.trim());
  const of = (name: string): string[] =>
    parts.filter((part) => tag.exec(part)?.[1] === name).map((part) => part.replace(tag, '').trim());
  return {
    text: flowing(parts.filter((part) => !tag.test(part)).join(' ')),
    throws: of('throws').map(flowing),
    commands: of('command').flatMap((names) => names.split(/[\s,]+/)),
    example: of('example')[0] ?? '',
  };
}

function flowing(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}
