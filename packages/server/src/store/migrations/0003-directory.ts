import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { keyText, withDefault, type Engine } from './engine.ts';

/** Display names become searchable by what they begin with. */
export function directory(engine: Engine): Migration {
  return {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('users').addColumn('display_key', keyText(engine, 128), withDefault('')).execute();
      await db.schema.createIndex('users_by_display').on('users').columns(['display_key', 'id']).execute();
    },
  };
}
