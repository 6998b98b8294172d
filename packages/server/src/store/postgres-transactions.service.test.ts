import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { CutOff } from '../../test/cut-off.ts';
import { ask } from '../../test/services/database.ts';
import { postgresKind, postgresUrl } from '../../test/services/postgres.ts';
import { describeWith, Service, type ServiceKind } from '../../test/services/service.ts';
import { addGroup, addUser, draft, numbersOf } from './conformance-world.ts';
import { ConnectionPool } from './connection-pool.ts';
import { commitBatch } from './postgres-commit.ts';
import { postgresWire } from './postgres-connection.ts';
import { PostgresStore } from './postgres.ts';
import { ServerConnection } from './server-connection.ts';
import type { CommitOutcome, NewMessage } from './store.ts';

/** Nobody but the test takes a transaction's number, and nothing is flushed that was not committed. */
const stillKind: ServiceKind = {
  ...postgresKind,
  arguments: (place) => [
    ...postgresKind.arguments(place),
    ...[
      'autovacuum=off',
      'wal_level=minimal',
      'max_wal_senders=0',
      'wal_writer_delay=10s',
      'full_page_writes=off',
    ].flatMap((setting) => ['-c', setting]),
  ],
};
const slow = 60_000;
const questionIntervalMs = 20;

/** What happens to one commit: between its last statement and `commit`, and before anybody asks what became of it. */
interface Mishap {
  insideCommit(): void;
  beforeAsking(xid: string): Promise<unknown>;
}

describeWith(postgresKind, () => {
  let postgres: Service;
  let way: CutOff;
  let store: PostgresStore;
  let message: NewMessage;
  beforeAll(async () => {
    postgres = await Service.start(stillKind);
    way = await CutOff.before(postgres.port);
    store = await PostgresStore.open(postgresUrl(postgres.port));
  }, slow);
  beforeEach(async () => {
    const user = await addUser(store);
    message = draft(await addGroup(store, [user]), user);
  });
  afterAll(async () => {
    await store.close();
    await way[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
  });

  /** Commits the message over the way, by connections whose opening waits for what the mishap wants done before. */
  const commit = async (mishap?: Mishap): Promise<CommitOutcome> => {
    const xid = await nextXid(postgres.port);
    let connections = 0;
    const pool = new ConnectionPool(2, async () => {
      if (connections++ > 0) await mishap?.beforeAsking(xid);
      return ServerConnection.open(postgresWire, { url: postgresUrl(way.port) });
    });
    try {
      const mode = { isReadOnly: false, insideCommit: () => mishap?.insideCommit() };
      return await commitBatch({ pool, mode }, { messages: [message], cursors: [] });
    } finally {
      await pool.close();
    }
  };
  const expectOnce = async (): Promise<void> => {
    const outcomes = [await commit(), await commit()];
    for (const { messages } of outcomes) expect(messages).toMatchObject([{ ok: true, ack: { seq: 1, version: 1 } }]);
    expect(await numbersOf(store, message.conversationId)).toHaveLength(1);
  };

  test(
    'D1 F5 a commit that was undone with its connection is refused, and its retry is the first',
    async () => {
      const beforeAsking = (xid: string) => until(postgres.port, xid, 'aborted');
      expect(await codeOf(commit({ insideCommit: () => way.cut(), beforeAsking }))).toBe('unavailable');
      expect(await numbersOf(store, message.conversationId)).toEqual([]);
      await expectOnce();
    },
    slow,
  );

  test(
    'D1 F5 a commit whose answer was lost is in doubt, and its retry finds it',
    async () => {
      const beforeAsking = (xid: string) => until(postgres.port, xid, 'committed');
      expect(await codeOf(commit({ insideCommit: () => way.holdAnswers(), beforeAsking }))).toBe('deadline-exceeded');
      expect(await numbersOf(store, message.conversationId)).toHaveLength(1);
      await expectOnce();
    },
    slow,
  );

  test(
    'D1 F5 a commit that was lost in a crash is in doubt when its number is somebody else’s now, and its retry is the first',
    async () => {
      let dying: Promise<void> | undefined;
      const insideCommit = (): void => void (dying = postgres.kill());
      const beforeAsking = async (xid: string): Promise<void> => {
        await dying;
        await postgres.start();
        expect(await takeXid(postgres.port)).toBe(xid);
        await until(postgres.port, xid, 'committed');
      };
      await ask(postgresUrl(postgres.port), 'select pg_switch_wal()');
      expect(await codeOf(commit({ insideCommit, beforeAsking }))).toBe('deadline-exceeded');
      await reached(store);
      expect(await numbersOf(store, message.conversationId)).toEqual([]);
      await expectOnce();
    },
    slow,
  );
});

/** Everything is sent with the commit, as where nobody makes faults. */
describeWith(postgresKind, () => {
  let postgres: Service;
  let way: CutOff;
  let store: PostgresStore;
  let pool: ConnectionPool;
  let message: NewMessage;
  /** What is sent from then on: first what is read, then what is written. */
  let sent = 0;
  beforeAll(async () => {
    postgres = await Service.start(postgresKind);
    way = await CutOff.before(postgres.port);
    store = await PostgresStore.open(postgresUrl(postgres.port));
    pool = new ConnectionPool(2, () => ServerConnection.open(postgresWire, { url: postgresUrl(way.port) }));
  }, slow);
  beforeEach(async () => {
    const user = await addUser(store);
    const id = await addGroup(store, [user]);
    way.onSent = () => true;
    // A connection sends ahead only what it has prepared.
    await commit(draft(id, user));
    message = draft(id, user);
  });
  afterAll(async () => {
    await pool.close();
    await store.close();
    await way[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
  });

  const commit = (one: NewMessage): Promise<CommitOutcome> =>
    commitBatch({ pool, mode: { isReadOnly: false } }, { messages: [one], cursors: [] });
  const afterReading = (mishap: () => boolean): void => {
    sent = 0;
    way.onSent = () => (++sent === 2 ? mishap() : true);
  };
  const expectOnce = async (): Promise<void> => {
    way.onSent = () => true;
    const outcomes = [await commit(message), await commit(message)];
    for (const { messages } of outcomes) expect(messages).toMatchObject([{ ok: true, ack: { seq: 2, version: 2 } }]);
    expect(await numbersOf(store, message.conversationId)).toHaveLength(2);
  };

  test('a commit is two round trips', async () => {
    sent = 0;
    way.onSent = () => ++sent > 0;
    await commit(message);
    expect(sent).toBe(2);
  });

  test(
    'D1 F5 one whose connection is cut before anything is written was undone, and its retry is the first',
    async () => {
      afterReading(() => false);
      expect(await codeOf(commit(message))).toBe('unavailable');
      await expectOnce();
    },
    slow,
  );

  test(
    'D1 F5 one whose answer was lost is in doubt, and its retry finds it',
    async () => {
      afterReading(() => {
        way.holdAnswers();
        return true;
      });
      expect(await codeOf(commit(message))).toBe('deadline-exceeded');
      await expectOnce();
    },
    slow,
  );

  test('D1 one that cannot be written says why, and nothing of it is there', async () => {
    const beyond = { ...message, replyTo: 2 ** 63 };
    expect(await commit(beyond).catch(String)).toContain('out of range');
    expect(await numbersOf(store, message.conversationId)).toHaveLength(1);
    await expectOnce();
  });
});

/** The number of the next transaction that writes. */
async function nextXid(port: number): Promise<string> {
  const text = 'select pg_snapshot_xmax(pg_current_snapshot())::text as xid';
  return (await ask<{ readonly xid: string }>(postgresUrl(port), text))[0]?.xid ?? '';
}

/** Commits a transaction that has a number and does nothing. */
async function takeXid(port: number): Promise<string> {
  const text = 'select pg_current_xact_id()::text as xid';
  return (await ask<{ readonly xid: string }>(postgresUrl(port), text))[0]?.xid ?? '';
}

/** Resolves when that has become of the transaction. */
async function until(port: number, xid: string, fate: string): Promise<void> {
  const text = `select pg_xact_status('${xid}'::xid8) as fate`;
  while ((await ask<{ readonly fate: string }>(postgresUrl(port), text))[0]?.fate !== fate)
    await Bun.sleep(questionIntervalMs);
}

/** Resolves when connections that ended with the server have been noticed. */
async function reached(store: PostgresStore): Promise<void> {
  const look = () => store.db.selectFrom('settings').select('name').limit(1).execute();
  while (
    !(await look().then(
      () => true,
      () => false,
    ))
  )
    await Bun.sleep(questionIntervalMs);
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => 'resolved',
    (error: { code?: string }) => error.code ?? error,
  );
}
