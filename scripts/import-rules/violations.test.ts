import { expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { violationsIn } from './violations.ts';

test('planted violations are found, with their file, line and reason', async () => {
  await using project = await temporaryFolder();
  await Bun.write(join(project.path, 'packages/server/src/app.ts'), "import './queue/memory.ts';\n");
  await Bun.write(
    join(project.path, 'packages/server/src/queue/memory.ts'),
    "import type { Queue } from './queue.ts';\n",
  );
  await Bun.write(
    join(project.path, 'packages/server/src/api/send-message.ts'),
    "import { Hono } from 'hono';\nimport type { Store } from '../store/store.ts';\n",
  );
  expect(await violationsIn(project.path)).toEqual({
    files: 3,
    violations: [
      'packages/server/src/api/send-message.ts:2 imports ../store/store.ts: api may import logic, not store.',
    ],
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'import-rules-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
