import type { Migration } from 'kysely/migration';
import { initial } from './0001-initial.ts';
import { search } from './0002-search.ts';
import { directory } from './0003-directory.ts';
import type { Engine } from './engine.ts';

/** Every step from an empty database to `schema.ts`, in order. A released step never changes. */
export const migrations: Readonly<Record<string, (engine: Engine) => Migration>> = {
  '0001-initial': initial,
  '0002-search': search,
  '0003-directory': directory,
};
