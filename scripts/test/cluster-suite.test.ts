import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterTestPattern, findAdapterSuites, findClusterSuites, oneProcess } from './cluster-suite.ts';

const root = join(import.meta.dir, '../..');
const filesOf = (suites: ReturnType<typeof findClusterSuites>) => suites.flatMap(({ files }) => files);

test('what is of one process only is there, and says why', () => {
  for (const { file, tests = [], reason } of oneProcess) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const name of tests) expect(text).toContain(name);
    expect(reason.length).toBeGreaterThan(5);
  }
});

test('a cluster runs every other end-to-end test: through the SDK, the page, and what gochat’s clients speak', () => {
  const files = filesOf(findClusterSuites(root, []));
  for (const name of ['sdk/test/client', 'sdk/test/fallback', 'server/test/seed', 'server/test/security/sessions'])
    expect(files).toContain(`packages/${name}.test.ts`);
  expect(files).toContain('packages/web/test/chat.browser.test.ts');
  expect(files).not.toContain('packages/server/test/start.test.ts');
  expect(files.filter((file) => file.includes('.service.'))).toEqual([]);
  expect(filesOf(findClusterSuites(root, ['seed-safety']))).toEqual(['packages/server/test/seed-safety.test.ts']);
});

test('the adapters of every port run its suite', () => {
  const files = filesOf(findAdapterSuites(root, []));
  for (const name of [
    'store/sqlite',
    'queue/memory',
    'presence/redis.service',
    'registry/etcd.service',
    'rpc/http',
    'blob/disk',
  ])
    expect(files).toContain(`packages/server/src/${name}.test.ts`);
  expect(files).toContain('packages/server/test/store.service.test.ts');
});

test('the pattern lets every name through but those', () => {
  const pattern = new RegExp(clusterTestPattern());
  expect(pattern.test('a private message is op 2')).toBe(true);
  for (const name of oneProcess.flatMap(({ tests = [] }) => tests))
    expect(pattern.test(`group ${name} and more`)).toBe(false);
});
