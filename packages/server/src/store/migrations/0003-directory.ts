import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { withDefault } from './engine.ts';

/** Display names become searchable by what they begin with. */
export const directory: Migration = {
  up: async (db: Kysely<unknown>) => {
    await db.schema.alterTable('users').addColumn('display_key', 'varchar(128)', withDefault('')).execute();
    await db.schema.createIndex('users_by_display').on('users').columns(['display_key', 'id']).execute();
  },
};
