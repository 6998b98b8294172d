import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocstring } from './docstring.ts';
import { fillReference, publicDeclarations } from './reference.ts';

const root = join(import.meta.dir, '../..');
const guide = readFileSync(join(root, 'docs/sdk.md'), 'utf8');
const declarations = Object.values(publicDeclarations()).flat();

describe('the reference of the SDK', () => {
  test('is what the docstrings and tables say; `npm run bun scripts/sdk/update.ts` makes it so', () => {
    expect(fillReference(guide)).toBe(guide);
  });

  test('leaves nothing public without a word', () => {
    const silent = declarations.flatMap(({ name, text, members }) => [
      ...(text === '' ? [name] : []),
      ...members.filter((member) => member.text === '').map((member) => `${name}.${member.name}`),
    ]);
    expect(silent).toEqual([]);
  });

  test('has everything the entries of the package export', async () => {
    const known = new Set(declarations.map(({ name }) => name));
    for (const entry of ['react', 'file', 'index']) {
      const exported = Object.keys((await import(join(root, `packages/sdk/src/${entry}.ts`))) as object);
      // Of the protocol, and described with it.
      const own = exported.filter((name) => !['limits', 'ParleyError'].includes(name));
      expect(own.filter((name) => !known.has(name))).toEqual([]);
    }
  });

  test('shows every state there is', () => {
    const [states] = declarations.filter(({ name }) => name === 'MessageState');
    const names = [...(states?.signature.matchAll(/'(\w+)'/g) ?? [])].map(([, name]) => name);
    expect(names).toHaveLength(6);
    for (const name of names) expect(guide).toMatch(new RegExp(`^\\| \`${name}\``, 'm'));
  });
});

test('a docstring is read into its parts', () => {
  const comment =
    '*\n * Does it\n * well. @throws ParleyError `busy`\n * @command message.send\n *\n * @example\n * await it();\n ';
  expect(readDocstring(comment)).toEqual({
    text: 'Does it well.',
    throws: ['ParleyError `busy`'],
    commands: ['message.send'],
    example: 'await it();',
  });
});
