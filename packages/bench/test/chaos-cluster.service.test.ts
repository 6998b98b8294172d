import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { etcdKind } from '@parley/server/test/services/etcd.ts';
import { postgresKind } from '@parley/server/test/services/postgres.ts';
import { redisKind } from '@parley/server/test/services/redis.ts';
import { describeWith } from '@parley/server/test/services/service.ts';

const main = join(import.meta.dir, '../src/chaos/main.ts');
/** Nodes and engines; what a network and clients do is in the run of one process. */
const faults = 'F1,F3,F4,F5';

describeWith(etcdKind, () =>
  describeWith(redisKind, () =>
    describeWith(postgresKind, () => {
      test('F1 F3 F4 F5 I1–I15 a cluster whose nodes and engines are killed, emptied, stalled and cut off loses, doubles, swaps and leaks nothing', async () => {
        const command = [process.execPath, main, '--cluster', '--quick', '--seed', '1', '--only', faults];
        const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'inherit' });
        const output = await new Response(child.stdout).text();
        expect(output).toEndWith('violations: 0\n');
        expect(await child.exited).toBe(0);
      }, 600_000);
    }),
  ),
);
