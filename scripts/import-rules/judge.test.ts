import { describe, expect, test } from 'bun:test';
import { judge } from './judge.ts';

const allowed: [importer: string, specifier: string][] = [
  ['packages/protocol/src/frames.ts', 'zod'],
  ['packages/protocol/src/commands/messages.ts', '../model.ts'],
  ['packages/sdk/src/client.ts', '@parley/protocol'],
  ['packages/sdk/src/react.ts', 'react'],
  ['packages/sdk/src/file-storage.ts', 'node:fs/promises'],
  ['packages/web/src/app.tsx', '@parley/sdk/react'],
  ['packages/server/src/main.ts', './app.ts'],
  ['packages/server/src/main.ts', './cli/doctor.ts'],
  ['packages/server/src/version.ts', '../../../package.json'],
  ['packages/server/src/app.ts', './store/sqlite.ts'],
  ['packages/server/src/app.ts', './app/open-store.ts'],
  ['packages/server/src/app/open-store.ts', '../store/sqlite.ts'],
  ['packages/server/src/api/send-message.ts', '../logic/logic.ts'],
  ['packages/server/src/api/routes/send-message.ts', '../../config/config.ts'],
  ['packages/server/src/logic/send-message.ts', '../store/store.ts'],
  ['packages/server/src/task/deliver.ts', '../presence/presence.ts'],
  ['packages/server/src/store/sqlite.ts', './store.ts'],
  ['packages/server/src/store/sqlite.ts', './sql/messages.ts'],
  ['packages/server/src/store/sqlite.ts', 'bun:sqlite'],
  ['packages/server/src/logic/send-message.test.ts', '../store/sqlite.ts'],
  ['packages/server/src/queue/queue.conformance.ts', 'bun:test'],
  ['packages/web/test/chat.browser.test.ts', '@parley/server'],
];

const forbidden: [importer: string, specifier: string, reason: string][] = [
  ['packages/protocol/src/frames.ts', 'hono', 'protocol imports nothing from outside but zod'],
  ['packages/protocol/src/frames.ts', '@parley/sdk', 'protocol may import none of our packages, not sdk'],
  ['packages/sdk/src/client.ts', '@parley/server', 'sdk may import protocol, not server'],
  ['packages/sdk/src/client.ts', 'node:fs', 'sdk imports nothing from outside but react'],
  ['packages/sdk/src/client.ts', 'bun', 'sdk imports nothing from outside but react'],
  ['packages/web/src/app.tsx', '@parley/protocol', 'web may import sdk, not protocol'],
  ['packages/web/src/app.tsx', '../../sdk/src/index.ts', 'another package is imported by its name, @parley/sdk'],
  ['packages/server/src/logic/logic.ts', '@parley/server', 'a package imports its own files by their paths'],
  ['packages/extra/src/index.ts', '@parley/sdk', 'packages/extra is not in the import rules'],
  ['packages/server/src/api/send-message.ts', '../store/store.ts', 'api may import logic, rpc, not store'],
  ['packages/server/src/connect/hub.ts', '../queue/queue.ts', 'connect may import logic, presence, rpc, not queue'],
  [
    'packages/server/src/task/deliver.ts',
    '../logic/logic.ts',
    'task may import presence, queue, registry, rpc, not logic',
  ],
  ['packages/server/src/site/site.ts', '../logic/logic.ts', 'site may import no other folder, not logic'],
  [
    'packages/server/src/logic/send.ts',
    '../store/sqlite.ts',
    'from outside, store is reached through store/store.ts, store/schema.ts, store/import-gochat.ts, store/copy/copy-store.ts only',
  ],
  [
    'packages/server/src/main.ts',
    './store/sqlite.ts',
    'from outside, store is reached through store/store.ts, store/schema.ts, store/import-gochat.ts, store/copy/copy-store.ts only',
  ],
  ['packages/server/src/queue/redis.ts', '../presence/presence.ts', 'queue may import no other folder, not presence'],
  ['packages/server/src/clock.ts', './store/store.ts', 'files beside app.ts import no folder'],
  ['packages/server/src/logic/logic.ts', '../app.ts', 'app.ts is imported by main.ts only'],
  ['packages/server/src/main.ts', './app/open-store.ts', 'app/ is imported by app.ts only'],
  ['packages/server/src/cli/start.ts', '../main.ts', 'nothing imports main.ts'],
  ['packages/server/src/extra/extra.ts', '../logic/logic.ts', 'the folder extra is not in the import rules'],
  ['packages/server/src/app.ts', './queue/queue.conformance.ts', 'only tests import tests'],
];

describe('import rules', () => {
  test.each(allowed)('%s may import %s', (importer, specifier) => {
    expect(judge(importer, specifier)).toBeNull();
  });

  test.each(forbidden)('%s may not import %s', (importer, specifier, reason) => {
    expect(judge(importer, specifier)).toBe(reason);
  });
});
