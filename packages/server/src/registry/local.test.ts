import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalRegistry } from './local.ts';
import { registryConformance } from './registry.conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-registry-'));
afterAll(() => rmSync(folder, { recursive: true }));

registryConformance('local', {
  open: async (place) => new LocalRegistry({ dataDir: join(folder, place) }),
  isShared: false,
});

test('R3 a holder killed without notice gives its worker id up, with what it reported', async () => {
  const dataDir = join(folder, 'killed');
  const holder = Bun.spawn([process.execPath, '-e', holderProgram(dataDir)], { stdout: 'pipe', stderr: 'inherit' });
  const { value } = await holder.stdout.getReader().read();
  expect(new TextDecoder().decode(value)).toBe('0');
  await using registry = new LocalRegistry({ dataDir });
  const beside = await registry.leaseWorkerId();
  expect(beside.workerId).toBe(1);
  holder.kill('SIGKILL');
  await holder.exited;
  expect(await registry.leaseWorkerId()).toMatchObject({ workerId: 0, highWaterMs: 7_000 });
});

function holderProgram(dataDir: string): string {
  return `
    const { LocalRegistry } = await import(${JSON.stringify(join(import.meta.dir, 'local.ts'))});
    const lease = await new LocalRegistry({ dataDir: ${JSON.stringify(dataDir)} }).leaseWorkerId();
    await lease.report(7_000);
    process.stdout.write(String(lease.workerId));
    setInterval(() => undefined, 1_000);`;
}
