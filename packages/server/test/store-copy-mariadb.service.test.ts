import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'bun:test';
import { copyConformance, type SideUnderTest } from '../src/store/copy/copy.conformance.ts';
import { MySqlStore } from '../src/store/mysql.ts';
import { SqliteStore } from '../src/store/sqlite.ts';
import { mariaDbDatabase } from './services/mariadb-database.ts';
import { describeWith, Service } from './services/service.ts';

const slow = 180_000;

describeWith(mariaDbDatabase.service, () => {
  let service: Service;
  let databases = 0;

  beforeAll(async () => {
    service = await Service.start(mariaDbDatabase.service);
  }, slow);

  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  async function openMariaDb(): Promise<SideUnderTest> {
    const name = `store${++databases}`;
    await mariaDbDatabase.make(service, name);
    const store = await MySqlStore.open(mariaDbDatabase.urlOf(service.port, name));
    return { side: { store, engine: 'mysql' }, [Symbol.asyncDispose]: () => store.close() };
  }

  copyConformance('SQLite to MariaDB', { openSource: openSqlite, openTarget: openMariaDb, slowMs: slow });
  copyConformance('MariaDB to SQLite', { openSource: openMariaDb, openTarget: openSqlite, slowMs: slow });
});

async function openSqlite(): Promise<SideUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-copy-'));
  const store = await SqliteStore.open(join(folder, 'parley.sqlite'));
  return {
    side: { store, engine: 'sqlite' },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
