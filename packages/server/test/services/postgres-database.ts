import { ask, type DatabaseKind } from './database.ts';
import { postgresKind, postgresUrl } from './postgres.ts';

export const postgresDatabase: DatabaseKind = {
  name: 'PostgreSQL',
  service: postgresKind,
  urlOf: postgresUrl,
  make: async ({ port }, database) => void (await ask(postgresUrl(port), `create database ${database}`)),
  cut: async ({ port }, database) =>
    void (await ask(
      postgresUrl(port),
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`,
    )),
  setReadOnly: async ({ port }, database, isReadOnly) =>
    void (await ask(
      postgresUrl(port),
      `alter role parley in database ${database} set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`,
    )),
  refusal: '"nonesuch" does not exist',
};
