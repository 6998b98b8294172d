import { parseSync } from 'oxc-parser';

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Everything a source file imports or re-exports, types included; dynamic imports if they name their file. */
export function importsOf(path: string, source: string): Import[] {
  const { module } = parseSync(path, source);
  const found = [
    ...module.staticImports.map((each) => each.moduleRequest),
    ...module.staticExports.flatMap((each) => each.entries.map((entry) => entry.moduleRequest)),
    ...module.dynamicImports.map((each) => literalIn(source, each.moduleRequest)),
  ];
  const imports = found
    .filter((request) => request !== null && request !== undefined)
    .map(({ value, start }) => ({ specifier: value, line: source.slice(0, start).split('\n').length }));
  return [...new Map(imports.map((each) => [`${each.specifier}:${each.line}`, each])).values()];
}

function literalIn(source: string, { start, end }: { start: number; end: number }) {
  const value = /^(['"`])([^'"`$]+)\1$/.exec(source.slice(start, end))?.[2];
  return value === undefined ? null : { value, start };
}
