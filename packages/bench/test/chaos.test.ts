import { expect, test } from 'bun:test';
import { join } from 'node:path';

const main = join(import.meta.dir, '../src/chaos/main.ts');

test('I1–I15 under every fault that one process can have, nothing is lost, doubled, swapped or leaked', async () => {
  const child = Bun.spawn([process.execPath, main, '--quick', '--seed', '1'], { stdout: 'pipe', stderr: 'inherit' });
  const output = await new Response(child.stdout).text();
  expect(output).toEndWith('violations: 0\n');
  expect(await child.exited).toBe(0);
}, 300_000);
