import { join } from 'node:path';
import { expect, test } from 'bun:test';
import { dumpOf } from '../../src/store/copy/copy-world.ts';
import { PostgresStore } from '../../src/store/postgres.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { parley, type Ran } from '../run-parley.ts';
import { ServerProcess } from '../server-process.ts';
import { etcdKind } from '../services/etcd.ts';
import { postgresKind } from '../services/postgres.ts';
import { redisKind } from '../services/redis.ts';
import { describeWith } from '../services/service.ts';
import { http } from '../socket-client.ts';
import { Cluster } from './cluster.ts';
import { People } from './growth-people.ts';
import { fillStore, growthSize } from './growth-world.ts';

const slow = 900_000;

describeWith(etcdKind, () =>
  describeWith(redisKind, () =>
    describeWith(postgresKind, () => {
      test(
        'D1 D2 D3 D6 D14 one process with its data grows to a cluster: clients come back with what they hold and miss nothing',
        async () => {
          await using cluster = await Cluster.open({ store: 'postgres' });
          await using one = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
          await one.stop();
          const world = await fillStore(one.dataDir);
          await one.start();
          await using people = await People.enter(one, world);
          await people.talk('before');

          const talking = people.talkOn();
          const first = await timed('copied while people talk', () => copy(one, cluster, ['--live']));
          expect(first).toMatchObject({ code: 0, out: expect.stringContaining('not complete') });
          await talking.stop();
          await people.talk('still here');
          const before = people.views();
          expect(await one.stop()).toBe(0);
          await people.leaveSomethingToSend('from the outbox');
          const last = await timed('copied and compared at a standstill', () => copy(one, cluster));
          expect(last).toMatchObject({ code: 0, out: expect.stringContaining('complete') });
          expect(await copy(one, cluster)).toMatchObject({ code: 0, out: expect.stringContaining('Nothing to copy') });

          await timed('the cluster started', () => startCluster(cluster, one));
          await timed('everybody is back', () => people.areBack());
          expect(people.views()).toEqual(before);
          await people.talk('after');
          await people.sendWhatWaited('from the outbox');
          await people.settle();
          people.expectSame('from the outbox');
          await expectWhole(cluster.storeUrl, one);
        },
        slow,
      );
    }),
  ),
);

/** At the full size, how long it takes is what one wants to know. */
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  if (growthSize.isFull) process.stderr.write(`  ${what}: ${((performance.now() - began) / 1_000).toFixed(1)} s\n`);
  return result;
}

/** The command line, as an operator types it. */
function copy({ dataDir }: ServerProcess, { storeUrl }: Cluster, flags: readonly string[] = []): Promise<Ran> {
  return parley(['store', 'copy', ...flags, 'sqlite:', storeUrl], { dataDir });
}

/** Where clients go stays: the ports of the one process are those of the connect nodes together, and of the node with the page. */
async function startCluster(cluster: Cluster, { ports }: ServerProcess): Promise<void> {
  const sockets = {
    PARLEY_WS_PORT: String(ports.ws),
    PARLEY_TCP_PORTS: ports.tcp.join(','),
    PARLEY_SHARED_PORTS: 'on',
  };
  await Promise.all(['logic', 'logic', 'task'].map((role) => cluster.start(role)));
  await Promise.all(['connect', 'connect'].map((role) => cluster.start(role, sockets)));
  await cluster.start('site,api', { PARLEY_SITE_PORT: String(ports.site), PARLEY_API_PORT: String(ports.api) });
}

/** Everything that was in the one process is in the database as it was, and what came since goes on from there. */
async function expectWhole(url: string, { apiUrl, dataDir }: ServerProcess): Promise<void> {
  const account = { userName: 'newcomer', password: 'correct horse battery' };
  const { account: newcomer } = await http<{ account: { id: number } }>(`${apiUrl}/accounts`, { body: account });
  await using old = await SqliteStore.open(join(dataDir, 'parley.sqlite'));
  await using store = await PostgresStore.open(url);
  const [before, after] = [await dumpOf(old), await dumpOf(store)];
  expect(newcomer.id).toBeGreaterThan(Math.max(...before.users.map(({ id }) => Number(id))));
  const keys = (rows: typeof before.messages) =>
    new Map(rows.map((row) => [`${row['conversation_id']} ${row['seq']}`, row]));
  const kept = keys(after.messages);
  for (const [key, row] of keys(before.messages))
    if (!Bun.deepEquals(kept.get(key), row)) expect(kept.get(key)).toEqual(row);
  const ids = after.messages.map(({ id }) => BigInt(String(id)));
  expect(new Set(ids).size).toBe(ids.length);
  expect(after.messages.length).toBeGreaterThan(before.messages.length);
  const newest = before.messages.reduce(
    (newest, { id }) => (BigInt(String(id)) > newest ? BigInt(String(id)) : newest),
    0n,
  );
  expect(ids.filter((id) => id > newest)).toHaveLength(after.messages.length - before.messages.length);
  expectNoHole(after);
}

function expectNoHole({ conversations, messages }: Awaited<ReturnType<typeof dumpOf>>): void {
  const seqs = Map.groupBy(messages, (row) => row['conversation_id']);
  expect(seqs.size).toBeGreaterThan(1);
  for (const { id, seq } of conversations) {
    const found = (seqs.get(id ?? 0) ?? []).map((row) => Number(row['seq'])).toSorted((one, other) => one - other);
    if (found.some((value, index) => value !== index + 1)) expect(found).toEqual([]);
    expect(found.length).toBe(Number(seq));
  }
}
