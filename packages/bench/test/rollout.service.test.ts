import { expect, test } from 'bun:test';
import { etcdKind } from '@parley/server/test/services/etcd.ts';
import { postgresKind } from '@parley/server/test/services/postgres.ts';
import { redisKind } from '@parley/server/test/services/redis.ts';
import { describeWith } from '@parley/server/test/services/service.ts';
import { proveRollout } from '../src/rollout/proof.ts';

const slow = 240_000;

describeWith(etcdKind, () =>
  describeWith(redisKind, () =>
    describeWith(postgresKind, () => {
      test(
        'F19 a rolling restart of every process under load loses nothing, and everyone is told everything once and in order',
        async () => {
          const result = await proveRollout({
            clients: 40,
            sendsPerSecond: 40,
            args: ['--task', '1'],
            environment: { PARLEY_DRAIN_MS: '1000' },
            // How slow a send is depends on the machine; the full proof looks at it.
            slowestMsMax: Infinity,
            say: () => undefined,
          });
          expect(result.violations).toEqual([]);
          expect([result.processes, result.acked]).toEqual([6, result.sent]);
          expect(result.returnsPerSecond.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(40);
        },
        slow,
      );
    }),
  ),
);
