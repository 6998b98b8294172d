import { Migrator } from 'kysely/migration';
import type { Kysely } from 'kysely';
import type { Engine } from './migrations/engine.ts';
import { migrations } from './migrations/migrations.ts';

/** Brings the database to `schema.ts`, each step whole or not at all. @throws Error when it was written by a newer version of Parley, or a step failed. */
export async function migrate<Schema>(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const migrator = new Migrator({
    db: db as Kysely<unknown>,
    provider: {
      getMigrations: async () =>
        Object.fromEntries(Object.entries(migrations).map(([name, step]) => [name, step(engine)])),
    },
  });
  await refuseNewer(db as Kysely<unknown>, migrator);
  const { error, results } = await migrator.migrateToLatest();
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  if (error !== undefined)
    throw new Error(`The database could not be brought up to date${failed ? ` (${failed})` : ''}.`, { cause: error });
}

async function refuseNewer(db: Kysely<unknown>, migrator: Migrator): Promise<void> {
  const known = new Set((await migrator.getMigrations()).map((migration) => migration.name));
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return;
  const done = await (db as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  const unknown = done.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new Error(
    `The database was written by a newer version of Parley (it has ${unknown.join(', ')}). Start that version, or restore an older copy.`,
  );
}
