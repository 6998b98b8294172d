import { ask, type DatabaseKind } from './database.ts';
import { mariaDbAdministration, mariaDbKind, mariaDbUrl } from './mariadb.ts';

export const mariaDbDatabase: DatabaseKind = {
  name: 'MariaDB',
  service: mariaDbKind,
  urlOf: mariaDbUrl,
  make: async ({ port }, database) => void (await ask(mariaDbAdministration(port), `create database ${database}`)),
  cut: async ({ port }, database) => {
    const administration = mariaDbAdministration(port);
    const open = `select id from information_schema.processlist where db = '${database}'`;
    const connections = await ask<{ readonly id: number }>(administration, open);
    // One that has ended in between needs no kill.
    for (const { id } of connections) await ask(administration, `kill ${id}`).catch(() => undefined);
  },
  setReadOnly: async ({ port }, _database, isReadOnly) =>
    void (await ask(mariaDbAdministration(port), `set global read_only = ${isReadOnly ? 1 : 0}`)),
  refusal: 'Access denied for user',
};
