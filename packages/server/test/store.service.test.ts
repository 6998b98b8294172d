import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { SQL } from 'bun';
import { addGroup, addUser, draft, numbersOf, send, type StoreUnderTest } from '../src/store/conformance-world.ts';
import { PostgresStore } from '../src/store/postgres.ts';
import { severalConformance, type SeveralUnderTest } from '../src/store/several.conformance.ts';
import { storeConformance } from '../src/store/store.conformance.ts';
import { postgresKind, postgresUrl } from './services/postgres.ts';
import { describeWith, Service } from './services/service.ts';

const refusedWithinMs = 2_000;
const slow = 60_000;

describeWith(postgresKind, () => {
  let service: Service;
  let databases = 0;

  beforeAll(async () => {
    service = await Service.start(postgresKind);
  }, slow);

  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  async function newDatabase(): Promise<string> {
    const name = `store${++databases}`;
    await ask(`create database ${name}`);
    return name;
  }

  async function openNew(): Promise<StoreUnderTest> {
    const url = postgresUrl(service.port, await newDatabase());
    let open = await PostgresStore.open(url);
    return {
      store: open,
      reopen: async () => {
        await open.close();
        open = await PostgresStore.open(url);
        return open;
      },
      killable: [process.execPath, join(import.meta.dir, '../src/store/postgres-killable.ts'), url],
      [Symbol.asyncDispose]: () => open.close(),
    };
  }

  async function openTwo(): Promise<SeveralUnderTest> {
    const name = await newDatabase();
    const url = postgresUrl(service.port, name);
    // Both at once: one of them makes the tables.
    const stores = await Promise.all([PostgresStore.open(url), PostgresStore.open(url)]);
    const cut = async () => {
      await ask(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    };
    return {
      stores,
      cut,
      setReadOnly: async (isReadOnly) => {
        await ask(
          `alter role parley in database ${name} set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`,
        );
        await cut();
      },
      [Symbol.asyncDispose]: async () => {
        await Promise.all(stores.map((store) => store.close()));
      },
    };
  }

  async function ask(text: string): Promise<void> {
    const client = new SQL({ url: postgresUrl(service.port), max: 1 });
    try {
      await client.unsafe(text);
    } finally {
      await client.close({ timeout: 0 });
    }
  }

  storeConformance('PostgreSQL', openNew);
  severalConformance('PostgreSQL', openTwo);

  test(
    'S1 S9 F5 a server that is killed costs no acked message; meanwhile everything is refused as unavailable in time',
    async () => {
      await using own = await Service.start(postgresKind);
      await using store = await PostgresStore.open(postgresUrl(own.port));
      const user = await addUser(store);
      const group = await addGroup(store, [user]);
      const acked = await send(store, draft(group, user), draft(group, user));
      await own.kill();
      await expectRefusals(store, draft(group, user));
      await own.start();
      expect(await numbersOf(store, group)).toHaveLength(acked.length);
      expect(await send(store, draft(group, user))).toMatchObject([{ ok: true, ack: { seq: 3, version: 3 } }]);
    },
    slow,
  );

  test(
    'S9 D11 F2 while the server stands still everything is refused as unavailable in time, and goes on afterwards',
    async () => {
      await using own = await Service.start(postgresKind);
      await using store = await PostgresStore.open(postgresUrl(own.port));
      const user = await addUser(store);
      const group = await addGroup(store, [user]);
      await send(store, draft(group, user));
      own.pause();
      await expectRefusals(store, draft(group, user));
      own.resume();
      expect(await numbersOf(store, group)).toHaveLength(1);
      expect(await send(store, draft(group, user))).toMatchObject([{ ok: true, ack: { seq: 2 } }]);
    },
    slow,
  );

  test(
    'D12 a process that stops in the middle of a write holds the others up for a few seconds only, and then writes nothing',
    async () => {
      await using subject = await openTwo();
      const [paused, other] = subject.stores;
      const user = await addUser(other);
      const group = await addGroup(other, [user]);
      const isPaused = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      const write = paused.write(async (tx) => {
        await paused.nextVersion(tx, group, 1);
        isPaused.resolve();
        await goOn.promise;
        await paused.nextVersion(tx, group, 1);
      });
      await isPaused.promise;
      const message = draft(group, user);
      let outcome: unknown;
      for (let tries = 0; tries < 10 && outcome === undefined; tries++)
        outcome = await send(other, message).catch(() => undefined);
      expect(outcome).toMatchObject([{ ok: true, ack: { seq: 1, version: 1 } }]);
      goOn.resolve();
      expect(await write.catch((error: unknown) => error)).toMatchObject({ code: 'unavailable' });
      expect(await send(other, draft(group, user))).toMatchObject([{ ok: true, ack: { seq: 2, version: 2 } }]);
    },
    slow,
  );

  test('what cannot be opened says why', async () => {
    expect(PostgresStore.open(postgresUrl(service.port, 'nonesuch'))).rejects.toThrow('"nonesuch" does not exist');
    const name = await newDatabase();
    await (await PostgresStore.open(postgresUrl(service.port, name))).close();
    const client = new SQL({ url: postgresUrl(service.port, name), max: 1 });
    await client.unsafe(`insert into kysely_migration (name, timestamp) values ('9999-later', '')`);
    await client.close({ timeout: 0 });
    expect(PostgresStore.open(postgresUrl(service.port, name))).rejects.toThrow('newer version of Parley');
  });
});

async function expectRefusals(store: PostgresStore, message: ReturnType<typeof draft>): Promise<void> {
  const began = performance.now();
  const calls = [
    send(store, message),
    store.write(async () => undefined),
    store.db.selectFrom('users').selectAll().execute(),
  ];
  for (const outcome of await Promise.allSettled(calls))
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  // The rule's own bound, with room for a machine that is busy.
  expect(performance.now() - began).toBeLessThan(2 * refusedWithinMs);
}
