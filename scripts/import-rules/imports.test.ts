import { expect, test } from 'bun:test';
import { importsOf } from './imports.ts';

test('every kind of import is found with its line', () => {
  const source = [
    "import { a } from './value.ts';",
    "import type { B } from './type.ts';",
    "import './effect.ts';",
    "export { c } from './re-export.ts';",
    "export * from './star.ts';",
    "export const load = () => import('./dynamic.ts');",
    'export const text = "import \'./not-an-import.ts\'";',
    'export const late = (name: string) => import(name);',
  ].join('\n');
  expect(importsOf('example.ts', source).toSorted((left, right) => left.line - right.line)).toEqual([
    { specifier: './value.ts', line: 1 },
    { specifier: './type.ts', line: 2 },
    { specifier: './effect.ts', line: 3 },
    { specifier: './re-export.ts', line: 4 },
    { specifier: './star.ts', line: 5 },
    { specifier: './dynamic.ts', line: 6 },
  ]);
});
