import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { addGroup, addUser, draft, numbersOf, send, type StoreUnderTest } from '../src/store/conformance-world.ts';
import { connectionPoolLimits } from '../src/store/connection-pool.ts';
import type { ServerConnection } from '../src/store/server-connection.ts';
import type { ServerStore } from '../src/store/server-store.ts';
import { severalConformance, type SeveralUnderTest } from '../src/store/several.conformance.ts';
import { storeConformance } from '../src/store/store.conformance.ts';
import { ask, type DatabaseKind } from './services/database.ts';
import { describeWith, Service } from './services/service.ts';

const refusedWithinMs = 2_000;
const slow = 60_000;

type OpenStore = (url: string) => Promise<ServerStore>;
type TakeLock = (url: string, isShared: boolean) => Promise<ServerConnection | undefined>;

/** An empty database on the server all tests share. */
interface Place {
  readonly url: string;
  cut(): Promise<void>;
  setReadOnly(isReadOnly: boolean): Promise<void>;
  urlOf(database: string): string;
}

/** Everything a store on a server has to keep, on a real one. */
export function storeOnServer(database: DatabaseKind, open: OpenStore, takeLock: TakeLock): void {
  describeWith(database.service, () => {
    const newPlace = placesOn(database);
    const openTwo = async () => openTwoIn(await newPlace(), open);
    storeConformance(database.name, async () => openNewIn(await newPlace(), open));
    severalConformance(database.name, openTwo);
    outageRules(database, open);
    pauseRules(openTwo);
    turnRules(openTwo);
    lockRules(newPlace, takeLock);

    test('what cannot be opened says why', async () => {
      const { url, urlOf } = await newPlace();
      expect(open(urlOf('nonesuch'))).rejects.toThrow(database.refusal);
      await (await open(url)).close();
      await ask(url, `insert into kysely_migration (name, timestamp) values ('9999-later', '')`);
      expect(open(url)).rejects.toThrow('newer version of Parley');
    });
  });
}

function placesOn(database: DatabaseKind): () => Promise<Place> {
  let service: Service;
  let places = 0;
  beforeAll(async () => {
    service = await Service.start(database.service);
  }, slow);
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });
  return async () => {
    const name = `store${++places}`;
    await database.make(service, name);
    const urlOf = (other: string) => database.urlOf(service.port, other);
    return {
      url: urlOf(name),
      urlOf,
      cut: () => database.cut(service, name),
      setReadOnly: (isReadOnly) => database.setReadOnly(service, name, isReadOnly),
    };
  };
}

function lockRules(newPlace: () => Promise<Place>, takeLock: TakeLock): void {
  test('one serves a database alone, or many share it, until their connections end', async () => {
    const [{ url }, { url: otherUrl }] = [await newPlace(), await newPlace()];
    const alone = await takeLock(url, false);
    expect(alone).toBeDefined();
    expect([await takeLock(url, false), await takeLock(url, true)]).toEqual([undefined, undefined]);
    (await takeLock(otherUrl, false))?.close();
    alone?.close();
    const sharers = [await untilTaken(() => takeLock(url, true)), await untilTaken(() => takeLock(url, true))];
    expect(await takeLock(url, false)).toBeUndefined();
    for (const sharer of sharers) sharer.close();
    (await untilTaken(() => takeLock(url, false))).close();
  });
}

/** The server notices in its own time that a connection has ended. */
async function untilTaken(take: () => Promise<ServerConnection | undefined>): Promise<ServerConnection> {
  for (;;) {
    const connection = await take();
    if (connection !== undefined) return connection;
    await Bun.sleep(20);
  }
}

async function openNewIn({ url }: Place, openStore: OpenStore): Promise<StoreUnderTest> {
  let open = await openStore(url);
  return {
    store: open,
    reopen: async () => {
      await open.close();
      open = await openStore(url);
      return open;
    },
    killable: [process.execPath, join(import.meta.dir, '../src/store/server-killable.ts'), url],
    [Symbol.asyncDispose]: () => open.close(),
  };
}

interface TwoStores extends SeveralUnderTest {
  readonly stores: readonly [ServerStore, ServerStore];
}

async function openTwoIn({ url, cut, setReadOnly }: Place, open: OpenStore): Promise<TwoStores> {
  // Both at once: one of them makes the tables.
  const stores = await Promise.all([open(url), open(url)]);
  return {
    stores,
    cut,
    setReadOnly: async (isReadOnly) => {
      await setReadOnly(isReadOnly);
      await cut();
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}

function outageRules(database: DatabaseKind, open: OpenStore): void {
  test(
    'S1 S9 F5 a server that is killed costs no acked message; meanwhile everything is refused as unavailable in time',
    async () => {
      await using own = await Service.start(database.service);
      await using store = await openOn(own, database, open);
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
      await using own = await Service.start(database.service);
      await using store = await openOn(own, database, open);
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
}

async function openOn(service: Service, { make, urlOf }: DatabaseKind, open: OpenStore): Promise<ServerStore> {
  await make(service, 'store_alone');
  return open(urlOf(service.port, 'store_alone'));
}

function pauseRules(openTwo: () => Promise<TwoStores>): void {
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
}

function turnRules(openTwo: () => Promise<TwoStores>): void {
  test('D11 D12 who waited in vain for a turn to write leaves no transaction open that fails the next ones', async () => {
    await using subject = await openTwo();
    const [holder, other] = subject.stores;
    const [isHeld, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = holder.write(async () => {
      isHeld.resolve();
      await goOn.promise;
    });
    await isHeld.promise;
    const nothing = async (): Promise<void> => undefined;
    const writes = Array.from({ length: connectionPoolLimits.writersMax }, () => other.write(nothing));
    for (const outcome of await Promise.allSettled(writes))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    goOn.resolve();
    // Whether it had its turn for too long is of no matter here.
    await holding.catch(nothing);
    await Promise.all(writes.map(() => other.write(nothing)));
  });
}

async function expectRefusals(store: ServerStore, message: ReturnType<typeof draft>): Promise<void> {
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
