import type { ErrorCode } from '@parley/sdk';
import { expect, test } from 'bun:test';
import { Glob } from 'bun';
import { en } from './en.ts';
import { zh } from './zh.ts';

type Tree = { readonly [key: string]: string | Tree };

function leaves(tree: Tree, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as const] : leaves(value, `${prefix}${key}.`),
  );
}

const english = new Map(leaves(en));
const chinese = new Map(leaves(zh));
const slots = (text: string | undefined): readonly string[] =>
  [...(text ?? '').matchAll(/\{\{\w+\}\}/g)].map(([slot]) => slot).toSorted();

test('each Chinese text has the slots of its English one', () => {
  for (const [key, text] of chinese) expect([key, ...slots(text)]).toEqual([key, ...slots(english.get(key))]);
});

test('every key in the source has a text', async () => {
  const missing: string[] = [];
  for await (const file of new Glob('**/*.{ts,tsx}').scan(`${import.meta.dir}/..`)) {
    const source = await Bun.file(`${import.meta.dir}/../${file}`).text();
    for (const [, key] of source.matchAll(/\bt\(\s*'([a-zA-Z.-]+)'/g))
      if (key !== undefined && !english.has(key) && !english.has(`${key}_other`)) missing.push(`${file}: ${key}`);
  }
  expect(missing).toEqual([]);
});

type Technical =
  | 'invalid-frame'
  | 'unknown-command'
  | 'frame-too-large'
  | 'frames-missing'
  | 'unknown-stream'
  | 'socket-only'
  | 'too-many-subscriptions'
  | 'unauthenticated'
  | 'method-not-allowed';

test('every error a person can meet is told in their language', () => {
  const texts: Readonly<Record<Exclude<ErrorCode, Technical>, string>> = en.errors; // The compiler finds a missing one.
  expect(Object.values(texts).every((text) => text.endsWith('.'))).toBe(true);
});
