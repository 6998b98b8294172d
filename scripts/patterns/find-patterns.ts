import { parseSync, Visitor } from 'oxc-parser';

export interface Pattern {
  readonly source: string;
  readonly flags: string;
  readonly line: number;
}

/** Every regular expression that is written as one in a source file. */
export function patternsOf(path: string, source: string): Pattern[] {
  const found: Pattern[] = [];
  const visitor = new Visitor({
    Literal(node) {
      if (!('regex' in node) || node.regex === null || node.regex === undefined) return;
      const { pattern, flags } = node.regex;
      found.push({ source: pattern, flags, line: source.slice(0, node.start).split('\n').length });
    },
  });
  visitor.visit(parseSync(path, source).program);
  return found;
}
