import { expect, test } from 'bun:test';
import { temporaryFolder } from '../temporary-folder.ts';
import { violationsIn } from './violations.ts';

test('planted violations are found, with their file, line and reason', async () => {
  await using project = await temporaryFolder({
    'packages/server/src/app.ts': "import './queue/memory.ts';\n",
    'packages/server/src/queue/memory.ts': "import type { Queue } from './queue.ts';\n",
    'packages/server/src/api/send-message.ts':
      "import { Hono } from 'hono';\nimport type { Store } from '../store/store.ts';\n",
  });
  expect(await violationsIn(project.path)).toEqual({
    files: 3,
    violations: [
      'packages/server/src/api/send-message.ts:2 imports ../store/store.ts: api may import logic, rpc, not store.',
    ],
  });
});
