import { Database } from 'bun:sqlite';
import { limits, userName } from '@parley/protocol';
import type { Transaction } from 'kysely';
import { countNamedIds } from './copy/id-counters.ts';
import type { Side } from './copy/side.ts';
import type { Tables } from './schema.ts';

export const importLimits = {
  /** Users of one transaction. */
  usersPerWrite: 500,
} as const;

/** The file is not one of gochat's. The message is for people. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

/** What became of each user of the file; `imported`, `alreadyThere` and `skipped` are all of them. */
export interface GochatImport {
  /** New here, those with a new name included. */
  readonly imported: number;
  /** Came with an earlier import of the same file. */
  readonly alreadyThere: number;
  /** Imported under another name, because theirs was taken (without regard to case) or is none by our rules. It stays what others see of them. */
  readonly renamed: readonly {
    readonly id: number;
    readonly from: string;
    readonly to: string;
    readonly reason: 'taken' | 'invalid';
  }[];
  /** Imported, but with no password that could be kept: they need a new one. */
  readonly withoutPassword: readonly { readonly id: number; readonly name: string }[];
  /** Not imported: the id is none, or belongs to somebody else here. */
  readonly skipped: readonly {
    readonly id: unknown;
    readonly name: string;
    readonly reason: 'invalid-id' | 'id-taken';
  }[];
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };
type Report = Mutable<GochatImport>;

interface SeedUser {
  readonly id: unknown;
  readonly name: string;
  readonly password: string;
  readonly createTime: unknown;
}

/**
 * Takes over the users of a gochat database, its table `user(id, user_name, password, create_time)`: ids are kept, and so are the
 * passwords, as `sha1$<hex>`, until the first sign-in hashes them anew. Can be repeated. The file is only read. `welcome` is run
 * for each new user in the transaction that makes them.
 * @throws ImportError when the file cannot be read as such a database.
 */
export async function importGochat(
  side: Side,
  file: string,
  welcome: Welcome = async () => undefined,
): Promise<GochatImport> {
  const report: Report = { imported: 0, alreadyThere: 0, renamed: [], withoutPassword: [], skipped: [] };
  const users = readUsers(file);
  for (let start = 0; start < users.length; start += importLimits.usersPerWrite) {
    const slice = users.slice(start, start + importLimits.usersPerWrite);
    const done = await side.store.write((tx) => importSlice({ tx, welcome }, slice));
    report.imported += done.imported;
    report.alreadyThere += done.alreadyThere;
    report.renamed.push(...done.renamed);
    report.withoutPassword.push(...done.withoutPassword);
    report.skipped.push(...done.skipped);
  }
  await countNamedIds(side, 'users');
  return report;
}

function readUsers(file: string): SeedUser[] {
  let database: Database | undefined;
  try {
    database = new Database(file, { readonly: true });
    return database
      .query<SeedUser, []>(
        `select id, cast(coalesce(user_name, '') as text) as name, cast(coalesce(password, '') as text) as password,
          create_time as createTime from user order by id`,
      )
      .all();
  } catch (cause) {
    throw new ImportError(
      `${file} is not a gochat database: it needs a table user(id, user_name, password, create_time).`,
      { cause },
    );
  } finally {
    database?.close();
  }
}

/** What is done for each new user. */
export type Welcome = (tx: Transaction<Tables>, userId: number) => Promise<void>;

interface Importing {
  readonly tx: Transaction<Tables>;
  readonly welcome: Welcome;
}

async function importSlice(importing: Importing, users: readonly SeedUser[]): Promise<Report> {
  const report: Report = { imported: 0, alreadyThere: 0, renamed: [], withoutPassword: [], skipped: [] };
  for (const user of users) await importUser(importing, user, report);
  return report;
}

async function importUser({ tx, welcome }: Importing, user: SeedUser, report: Report): Promise<void> {
  const { id } = user;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1) {
    report.skipped.push({ id, name: user.name, reason: 'invalid-id' });
    return;
  }
  const createdAt = timeOf(user.createTime);
  const present = await tx.selectFrom('users').select('created_at').where('id', '=', id).executeTakeFirst();
  // The time of creation tells who came with an earlier import from who got this id here: names and passwords may change.
  if (present?.created_at === createdAt) report.alreadyThere++;
  else if (present !== undefined) report.skipped.push({ id, name: user.name, reason: 'id-taken' });
  else {
    await insertUser(tx, { ...user, id, createdAt }, report);
    await welcome(tx, id);
  }
}

type NewUser = SeedUser & { readonly id: number; readonly createdAt: number };

async function insertUser(tx: Transaction<Tables>, user: NewUser, report: Report): Promise<void> {
  const { name, reason } = await freeName(tx, user);
  const displayName = shownName(user.name) || name;
  const displayKey = keyOf(displayName);
  const hash = /^[0-9a-f]{40}$/i.test(user.password) ? `sha1$${user.password.toLowerCase()}` : null;
  await tx
    .insertInto('users')
    .values({
      id: user.id,
      name,
      name_key: keyOf(name),
      display_name: displayName,
      display_key: displayKey === keyOf(name) ? '' : displayKey,
      kind: 'person',
      password_hash: hash,
      created_at: user.createdAt,
    })
    .execute();
  report.imported++;
  if (reason !== undefined) report.renamed.push({ id: user.id, from: user.name, to: name, reason });
  if (hash === null) report.withoutPassword.push({ id: user.id, name });
}

/** Their own name if it can be had; else one made of it, or of nothing, and their id, which nobody else has. */
async function freeName(
  tx: Transaction<Tables>,
  user: NewUser,
): Promise<{ name: string; reason?: 'taken' | 'invalid' }> {
  const isValid = userName.safeParse(user.name).success;
  if (isValid && (await isFree(tx, user.name))) return { name: user.name };
  const reason = isValid ? 'taken' : 'invalid';
  const stemChars = limits.userNameCharsMax - `-${user.id}-99`.length;
  const stem = isValid
    ? user.name
        .slice(0, stemChars)
        .toWellFormed()
        .replace(/(?<![^\p{L}\p{N}])[^\p{L}\p{N}]+$/u, '')
    : 'user';
  for (let attempt = 0; ; attempt++) {
    const name = `${stem}-${user.id}${attempt === 0 ? '' : `-${attempt}`}`;
    if (await isFree(tx, name)) return { name, reason };
  }
}

async function isFree(tx: Transaction<Tables>, name: string): Promise<boolean> {
  const query = tx.selectFrom('users').select('id').where('name_key', '=', keyOf(name));
  return (await query.executeTakeFirst()) === undefined;
}

/** As `schema.ts` says of `name_key`. */
function keyOf(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

function shownName(name: string): string {
  const line = name
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
  return Array.from(line)
    .slice(0, limits.displayNameCharsMax / 2)
    .join('')
    .trim();
}

/** `2020-01-02 03:04:05`, with or without a fraction and a zone (UTC without), or seconds since 1970. 0: unknown. */
function timeOf(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) && value > 0 ? Math.floor(value * 1_000) : 0;
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,9})? ?(Z|[+-]\d\d:?\d\d)?/.exec(
    typeof value === 'string' ? value : '',
  );
  const [, day = '', time = '', fraction = '', zone = 'Z'] = match ?? [];
  const parsed = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(parsed) ? 0 : Math.max(0, parsed);
}
