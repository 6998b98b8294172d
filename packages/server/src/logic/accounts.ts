import { ParleyError, userName as userNameSchema, password as passwordSchema } from '@parley/protocol';
import type { Insertable, Selectable } from 'kysely';
import type { Clock } from '../clock.ts';
import type { UserTable } from '../store/schema.ts';
import { UniqueViolation, type Store } from '../store/store.ts';
import { isCommonPassword } from './common-passwords.ts';
import { directoryKey } from './directory-key.ts';
import { endOutside } from './ended-outside.ts';
import { guestDisplayName, guestUserName } from './guest-name.ts';
import { joinLobby } from './lobby.ts';
import { nameKey } from './name-key.ts';
import type { Passwords } from './passwords.ts';

export { joinLobby };

/** What accounts are made and changed with, by commands and by the command line alike. */
export interface AccountParts {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

export type UserRow = Selectable<UserTable>;

export interface NewUser {
  readonly userName: string;
  readonly password: string;
  /** The user name when absent. */
  readonly displayName?: string | undefined;
  readonly isAdmin?: boolean;
}

/** Makes an account, a member of the lobby. @throws ParleyError `name-taken`, `password-too-common`, `invalid-params` */
export async function createUser(
  parts: AccountParts,
  { userName, password, displayName, isAdmin }: NewUser,
): Promise<UserRow> {
  requireValid(userName, password);
  await requireFree(parts.store, userName);
  return insertUser(parts, {
    name: userName,
    name_key: nameKey(userName),
    display_name: displayName ?? userName,
    display_key: directoryKey(displayName ?? userName, userName),
    kind: 'person',
    password_hash: await parts.passwords.hash(password),
    is_admin: isAdmin === true ? 1 : 0,
    created_at: parts.clock.now(),
  });
}

/** Stores a new user and makes them a member of the lobby. @throws ParleyError `name-taken` */
export async function insertUser(
  { store }: Pick<AccountParts, 'store'>,
  values: Insertable<UserTable>,
): Promise<UserRow> {
  try {
    return await store.write(async (tx) => {
      await tx.insertInto('users').values(values).execute();
      const added = tx.selectFrom('users').selectAll().where('name_key', '=', values.name_key);
      const user = await added.executeTakeFirstOrThrow();
      await joinLobby(tx, user.id, values.created_at);
      return user;
    });
  } catch (error) {
    throw asNameTaken(error);
  }
}

/** Makes a guest: no password, a name nobody chose. */
export function createGuest(
  parts: Pick<AccountParts, 'store' | 'clock'>,
  displayName = guestDisplayName(),
): Promise<UserRow> {
  const name = guestUserName();
  return insertUser(parts, {
    name,
    name_key: nameKey(name),
    display_name: displayName,
    display_key: directoryKey(displayName, name),
    kind: 'guest',
    created_at: parts.clock.now(),
  });
}

/** Turns a guest into an account; id, display name and everything else stay. @throws ParleyError `name-taken`, `password-too-common` */
export async function claimGuest(
  parts: AccountParts,
  guest: UserRow,
  { userName, password }: NewUser,
): Promise<UserRow> {
  requireValid(userName, password);
  await requireFree(parts.store, userName);
  const changes = {
    name: userName,
    name_key: nameKey(userName),
    display_key: directoryKey(guest.display_name, userName),
    kind: 'person',
    password_hash: await parts.passwords.hash(password),
  } as const;
  try {
    await parts.store.write((tx) =>
      tx.updateTable('users').set(changes).where('id', '=', guest.id).where('kind', '=', 'guest').execute(),
    );
  } catch (error) {
    throw asNameTaken(error);
  }
  return { ...guest, ...changes };
}

/** Gives a new password and ends every session of the account. @throws ParleyError `not-found`, `password-too-common`, `invalid-params` */
export async function resetPassword(
  parts: AccountParts,
  { userName, password }: Pick<NewUser, 'userName' | 'password'>,
): Promise<UserRow> {
  requireValid(userName, password);
  const user = await requireUser(parts.store, userName);
  const hash = await parts.passwords.hash(password);
  await parts.store.write(async (tx) => {
    await tx.updateTable('users').set({ password_hash: hash }).where('id', '=', user.id).execute();
    await endOutside(tx, user.id);
  });
  return user;
}

/** Makes an account an administrator of the installation. @throws ParleyError `not-found` */
export async function makeAdministrator({ store }: Pick<AccountParts, 'store'>, userName: string): Promise<UserRow> {
  const user = await requireUser(store, userName);
  await store.write((tx) => tx.updateTable('users').set({ is_admin: 1 }).where('id', '=', user.id).execute());
  return { ...user, is_admin: 1 };
}

export function findUserByName(store: Pick<Store, 'db'>, userName: string): Promise<UserRow | undefined> {
  return store.db.selectFrom('users').selectAll().where('name_key', '=', nameKey(userName)).executeTakeFirst();
}

/** Before a password is hashed for nothing. @throws ParleyError `name-taken` */
async function requireFree(store: Pick<Store, 'db'>, userName: string): Promise<void> {
  if ((await findUserByName(store, userName)) !== undefined) throw new ParleyError('name-taken');
}

/** @throws ParleyError `password-too-common` */
export function requireUncommon(password: string, userName: string): void {
  if (isCommonPassword(password, userName)) throw new ParleyError('password-too-common');
}

/** The error to throw for one of a write that stores a user name. */
function asNameTaken(error: unknown): unknown {
  return error instanceof UniqueViolation ? new ParleyError('name-taken', undefined, { cause: error }) : error;
}

async function requireUser(store: Pick<Store, 'db'>, userName: string): Promise<UserRow> {
  const user = await findUserByName(store, userName);
  if (user === undefined) throw new ParleyError('not-found', `There is no user ${JSON.stringify(userName)}.`);
  return user;
}

/** The command line has not checked these against the commands' schemas. */
function requireValid(userName: string, password: string): void {
  const fields = [
    ...(userNameSchema.safeParse(userName).success ? [] : [{ pointer: '/userName', message: 'not a user name' }]),
    ...(passwordSchema.safeParse(password).success ? [] : [{ pointer: '/password', message: 'too short or too long' }]),
  ];
  if (fields.length > 0)
    throw new ParleyError('invalid-params', fields.map(({ message }) => message).join('; '), { fields });
  requireUncommon(password, userName);
}
