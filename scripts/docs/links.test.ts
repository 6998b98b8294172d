import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documentsWithExamples, fillSnippets } from './fill-snippets.ts';

const root = join(import.meta.dir, '../..');
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'PROTOCOL.md',
  'CHANGELOG.md',
  'deploy/README.md',
  ...[...new Bun.Glob('docs/**/*.md').scanSync({ cwd: root })].toSorted(),
];

const read = (document: string): string => readFileSync(join(root, document), 'utf8');
const withoutCode = (text: string): string => text.replaceAll(/^```[^]*?^```$/gm, '');

/** GitHub's anchors: lower case, punctuation gone, spaces as dashes. */
function anchorsOf(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function brokenLinks(document: string): string[] {
  const links = [...withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? join(root, document) : join(root, dirname(document), path);
    if (!existsSync(file)) return true;
    return anchor !== undefined && !anchorsOf(withoutCode(readFileSync(file, 'utf8'))).has(anchor);
  });
}

/** Paths in code marks, from the root; patterns must match something. */
function missingFiles(document: string): string[] {
  const paths = [
    ...withoutCode(read(document)).matchAll(/`((?:packages|scripts|examples|docs|deploy|bin)\/[\w./*-]+)`/g),
  ];
  return paths
    .map(([, path = '']) => path)
    .filter((path) =>
      path.includes('*')
        ? new Bun.Glob(path).scanSync({ cwd: root, onlyFiles: false }).next().done === true
        : !existsSync(join(root, path)),
    );
}

describe.each(documents)('%s', (document) => {
  test('links only to what is there', () => expect(brokenLinks(document)).toEqual([]));
  test('names only files that are there', () => expect(missingFiles(document)).toEqual([]));
});

test('the examples in the documents are the files; `npm run bun scripts/docs/update.ts` makes them so', () => {
  const texts = documentsWithExamples.map(read);
  expect(texts.map((text) => fillSnippets(text, root))).toEqual(texts);
  for (const file of new Bun.Glob('examples/*.{ts,tsx,sh}').scanSync({ cwd: root }))
    expect(texts.join('\n')).toContain(`<!-- ${file} -->`);
});
