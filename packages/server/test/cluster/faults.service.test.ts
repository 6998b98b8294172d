import { afterAll, beforeAll, expect, test } from 'bun:test';
import { SQL } from 'bun';
import type { ServerProcess } from '../server-process.ts';
import { etcdKind } from '../services/etcd.ts';
import { postgresKind, postgresUrl } from '../services/postgres.ts';
import { redisKind } from '../services/redis.ts';
import { describeWith } from '../services/service.ts';
import { Cluster, type TwoOfEach } from './cluster.ts';
import { Crowd } from './crowd.ts';
import { Guest } from './guest.ts';

/** Whoever waits for a hung node finds out within a heartbeat; a lease takes 10 s to end. */
const slow = 240_000;
const pauseMs = 30_000;

describeWith(etcdKind, () =>
  describeWith(redisKind, () =>
    describeWith(postgresKind, () => {
      let cluster: Cluster;
      let nodes: TwoOfEach;
      beforeAll(async () => {
        cluster = await Cluster.open({ store: 'postgres' });
        nodes = await cluster.startTwoOfEach();
      }, slow);
      afterAll(() => cluster[Symbol.asyncDispose]());

      /** What is done to the cluster while people talk; then all must be well again, and nothing be lost. */
      const survives = async (fault: string, harm: (crowd: Crowd) => Promise<unknown>): Promise<void> => {
        await using crowd = await Crowd.gather(nodes.connect, nodes.web);
        await crowd.heal();
        await harm(crowd);
        tellHealed(fault, await crowd.heal());
        await crowd.expectWhole();
      };

      for (const role of ['connect', 'logic', 'task', 'web'] as const)
        test(
          `D1 F1 I12 kill -9 of each node of ${role}: the others go on, and it comes back`,
          () =>
            survives(`kill -9 ${role}`, async (crowd) => {
              for (const [index, victim] of [nodes[role]].flat().entries()) {
                await victim.kill();
                // Those of a killed connect node wait for it: they were given no other address.
                const unharmed = crowd.guests.filter((_guest, at) => role !== 'connect' || at !== index);
                tellHealed(`kill -9 ${role}, the others`, await crowd.heal(unharmed));
                await victim.start();
                await crowd.heal();
              }
            }),
          slow,
        );

      test(
        'I12 a node of each role that is added under load gets a share of the work',
        () =>
          survives('nodes added', async (crowd) => {
            const added = await cluster.startTwoOfEach();
            for (const role of ['connect', 'logic', 'task'] as const)
              for (let count = 0; !(await hasWork(added[role], role)); count++) {
                await using visitor = await Guest.enter(added.connect[0], added.web);
                const text = `visitor ${role} ${count}`;
                await visitor.say(text);
                for (const guest of crowd.guests) await guest.sees(text);
              }
            for (const node of [...added.logic, ...added.task]) expect(await node.stop()).toBe(0);
            await crowd.heal();
            for (const node of [added.web, ...added.connect]) expect(await node.stop()).toBe(0);
          }),
        slow,
      );

      test(
        `D4 F2 one of two connect nodes that stands still for ${pauseMs / 1_000} s costs the people on the other one nothing`,
        () =>
          survives('SIGSTOP connect', async (crowd) => {
            const [paused] = nodes.connect;
            process.kill(paused.pid, 'SIGSTOP');
            const over = Bun.sleep(pauseMs);
            tellHealed('SIGSTOP connect, those on the other node', await crowd.heal(crowd.guests.slice(1)));
            await over;
            process.kill(paused.pid, 'SIGCONT');
          }),
        slow,
      );

      test(
        'D15 F3 Redis that is killed and comes back empty loses nobody a message',
        () =>
          survives('Redis restarted empty', async () => {
            await cluster.redis.kill();
            await cluster.redis.start();
          }),
        slow,
      );

      test(
        'F4 etcd that is killed and comes back keeps nobody from talking meanwhile',
        () =>
          survives('etcd restarted', async (crowd) => {
            await cluster.etcd.kill();
            tellHealed('etcd away', await crowd.heal());
            await cluster.etcd.start();
          }),
        slow,
      );

      test(
        'D1 F5 every connection to PostgreSQL cut, again and again',
        () => survives('PostgreSQL cut off', cutOff),
        slow,
      );

      async function cutOff(): Promise<void> {
        const client = new SQL({ url: postgresUrl(cluster.postgres.port), max: 1 });
        const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()';
        for (let round = 0; round < 5; round++) {
          await client.unsafe(cut);
          await Bun.sleep(200);
        }
        await client.close({ timeout: 0 });
      }
    }),
  ),
);

function tellHealed(fault: string, ms: number): void {
  process.stdout.write(`time to heal: ${(ms / 1_000).toFixed(2)} s · ${fault}\n`);
}

/** What shows that a node of a role did something for people. */
const work = {
  connect: /^parley_push_frames_out_total [1-9]/m,
  logic: /^parley_rpc_seconds_count\{call="connect.subscribe"\} [1-9]/m,
  task: /^parley_deliveries_taken_total [1-9]/m,
} as const;

async function hasWork(nodes: readonly ServerProcess[], role: keyof typeof work): Promise<boolean> {
  const figures = await Promise.all(nodes.map(async ({ opsUrl }) => (await fetch(`${opsUrl}/metrics`)).text()));
  return figures.some((text) => work[role].test(text));
}
