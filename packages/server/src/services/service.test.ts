import { expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Service } from './service.ts';

test('a service gets what is in our environment, but for our settings, which may hold passwords', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-service-'));
  const seen = join(folder, 'seen');
  process.env['PARLEY_RPC_SECRET'] = 'hunter2';
  const service = await Service.start(
    {
      name: 'sleep',
      package: 'coreutils',
      portCount: 1,
      find: () => '/bin/sh',
      arguments: () => ['-c', 'env >begun; mv begun seen; exec sleep 600'],
      environment: () => ({ OWN: 'own' }),
      isReady: async () => existsSync(seen),
    },
    { folder },
  ).finally(() => delete process.env['PARLEY_RPC_SECRET']);
  await service.stop();
  const lines = readFileSync(seen, 'utf8').split('\n');
  expect(lines).toContain('OWN=own');
  expect(lines).toContain(`PATH=${process.env['PATH']}`);
  expect(lines.filter((line) => line.startsWith('PARLEY_'))).toEqual([]);
  rmSync(folder, { recursive: true });
});
