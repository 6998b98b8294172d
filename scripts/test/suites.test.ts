import { expect, test } from 'bun:test';
import { temporaryFolder } from '../temporary-folder.ts';
import { findSuites } from './suites.ts';

const paths = [
  'packages/sdk/src/outbox.test.ts',
  'packages/sdk/src/outbox.ts',
  'packages/sdk/node_modules/other/src/index.test.ts',
  'packages/server/src/queue/redis.service.test.ts',
  'packages/web/src/app.browser.test.tsx',
  'packages/web/test/chat.test.ts',
  'scripts/test/tally.test.ts',
];
const files = Object.fromEntries(paths.map((path) => [path, '']));

test('every test file belongs to the suite of its package', async () => {
  await using project = await temporaryFolder(files);
  expect(findSuites(project.path, { filters: [], isUnitOnly: false })).toEqual([
    { name: 'sdk', files: ['packages/sdk/src/outbox.test.ts'] },
    { name: 'server', files: ['packages/server/src/queue/redis.service.test.ts'] },
    { name: 'web', files: ['packages/web/src/app.browser.test.tsx', 'packages/web/test/chat.test.ts'] },
    { name: 'scripts', files: ['scripts/test/tally.test.ts'] },
  ]);
});

test('unit tests are those that need no browser, no service and no running program', async () => {
  await using project = await temporaryFolder(files);
  expect(findSuites(project.path, { filters: [], isUnitOnly: true }).map(({ name }) => name)).toEqual([
    'sdk',
    'scripts',
  ]);
});

test('filters choose files by parts of their paths', async () => {
  await using project = await temporaryFolder(files);
  expect(findSuites(project.path, { filters: ['outbox', 'tally'], isUnitOnly: false })).toEqual([
    { name: 'sdk', files: ['packages/sdk/src/outbox.test.ts'] },
    { name: 'scripts', files: ['scripts/test/tally.test.ts'] },
  ]);
});
