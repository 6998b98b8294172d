import { afterAll, afterEach, beforeAll, beforeEach, expect, setSystemTime, test } from 'bun:test';
import { CutOff } from '../../test/cut-off.ts';
import { mariaDbDatabase } from '../../test/services/mariadb-database.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { addGroup, addUser, draft, numbersOf } from './conformance-world.ts';
import { ConnectionPool } from './connection-pool.ts';
import { commitBatch } from './mysql-commit.ts';
import { lookAtServer, mySqlWire } from './mysql-server.ts';
import { cleanUpWriters } from './mysql-transactions.ts';
import { MySqlStore } from './mysql.ts';
import { ServerConnection, type ServerWire } from './server-connection.ts';
import type { NewMessage } from './store.ts';

const database = 'store_doubt';
const lastWeekMs = 7 * 24 * 3_600_000;
/** The id of a connection, which goes before its `commit`. */
const noteOfWrite = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/;
const questionIntervalMs = 20;
const slow = 60_000;

describeWith(mariaDbDatabase.service, () => {
  let mariaDb: Service;
  let way: CutOff;
  let wire: ServerWire;
  let store: MySqlStore;
  let pool: ConnectionPool;
  let group: number;
  let user: number;
  /** What is done before a connection is opened. */
  let beforeOpening: () => Promise<unknown>;
  beforeAll(async () => {
    mariaDb = await Service.start(mariaDbDatabase.service);
    way = await CutOff.before(mariaDb.port);
    await mariaDbDatabase.make(mariaDb, database);
    const url = mariaDbDatabase.urlOf(mariaDb.port, database);
    wire = mySqlWire(await lookAtServer(url), new Map());
    store = await MySqlStore.open(url);
  }, slow);
  beforeEach(async () => {
    user = await addUser(store);
    group = await addGroup(store, [user]);
    beforeOpening = async () => undefined;
    pool = new ConnectionPool(2, async () => {
      await beforeOpening();
      return open(way.port);
    });
  });
  afterEach(async () => {
    setSystemTime();
    await pool.close();
  });
  afterAll(async () => {
    await store.close();
    await way[Symbol.asyncDispose]();
    await mariaDb[Symbol.asyncDispose]();
  });

  const open = (port: number) => ServerConnection.open(wire, { url: mariaDbDatabase.urlOf(port, database) });
  const commit = (message: NewMessage, insideCommit: () => void = () => undefined) =>
    commitBatch({ pool, mode: { isReadOnly: false, insideCommit } }, { messages: [message], cursors: [] });
  /** From the connection that commits next nothing is heard any more, from the moment it asks for that. */
  const loseNextAnswer = (): void => {
    let isNoted = false;
    way.onSent = (bytes) => {
      if (isNoted) {
        way.holdAnswers();
        way.onSent = () => true;
      }
      isNoted = noteOfWrite.test(bytes.toString('latin1'));
      return true;
    };
  };
  const untilStored = async (count: number): Promise<void> => {
    while ((await numbersOf(store, group)).length < count) await Bun.sleep(questionIntervalMs);
  };

  test(
    'D1 F5 a commit whose answer was lost is found out, and its retry finds it',
    async () => {
      const message = draft(group, user);
      const stored = { messages: [{ ok: true, ack: { seq: 1, version: 1 } }] };
      const loseAnswer = (): void => {
        loseNextAnswer();
        beforeOpening = () => untilStored(1);
      };
      expect(await commit(message, loseAnswer)).toMatchObject(stored);
      expect(await commit(message)).toMatchObject(stored);
      expect(await numbersOf(store, group)).toHaveLength(1);
    },
    slow,
  );

  test(
    'D1 F5 a commit that was undone with its connection is refused, and its retry is the first',
    async () => {
      const message = draft(group, user);
      expect(await commit(message, () => way.cut()).catch((error: unknown) => error)).toMatchObject({
        code: 'unavailable',
      });
      expect(await numbersOf(store, group)).toEqual([]);
      expect(await commit(message)).toMatchObject({ messages: [{ ok: true, ack: { seq: 1, version: 1 } }] });
    },
    slow,
  );

  test(
    'D1 F5 a commit whose answer was lost is found out over a connection of long ago, too, when another process cleans up',
    async () => {
      setSystemTime(Date.now() - lastWeekMs);
      await commit(draft(group, user));
      setSystemTime();
      const loseAnswer = (): void => {
        loseNextAnswer();
        beforeOpening = async () => {
          await untilStored(2);
          await cleanUpWriters(await open(mariaDb.port));
        };
      };
      expect(await commit(draft(group, user), loseAnswer)).toMatchObject({ messages: [{ ok: true, ack: { seq: 2 } }] });
    },
    slow,
  );
});
