import { ParleyError } from '@parley/protocol';
import { findUserByName, type UserRow } from './accounts.ts';
import type { Context } from './context.ts';
import { nameKey } from './name-key.ts';

type Checking = Pick<Context, 'store' | 'passwords' | 'policy' | 'signInGuard' | 'log'>;

export interface PasswordTry {
  readonly userName: string;
  readonly password: string;
  readonly address: string;
}

/**
 * The user of this name, if the password is theirs. Unknown names and wrong passwords look alike and take as long.
 * @throws ParleyError `wrong-credentials`; `rate-limited` after too many tries, and `busy`, before anything is evaluated.
 */
export async function checkPassword(context: Checking, { userName, password, address }: PasswordTry): Promise<UserRow> {
  const key = nameKey(userName);
  if (context.policy.hasRateLimits) await context.signInGuard.admit(key, address);
  const user = await findUserByName(context.store, userName);
  const { isRight, needsRehash } = await context.passwords.verify(password, user?.password_hash ?? null);
  if (user === undefined || !isRight) {
    context.log.warn({ userId: user?.id, address }, 'a sign-in was refused');
    throw new ParleyError('wrong-credentials');
  }
  context.signInGuard.succeeded(key, address);
  return needsRehash ? rehash(context, user, password) : user;
}

/** Unless the password was changed meanwhile, or another sign-in was faster. @throws ParleyError `wrong-credentials` */
async function rehash(
  { store, passwords }: Pick<Checking, 'store' | 'passwords'>,
  user: UserRow,
  password: string,
): Promise<UserRow> {
  const hash = await passwords.hash(password);
  const current = await store.write(async (tx) => {
    await tx
      .updateTable('users')
      .set({ password_hash: hash })
      .where('id', '=', user.id)
      .where('password_hash', '=', user.password_hash)
      .execute();
    return tx.selectFrom('users').selectAll().where('id', '=', user.id).executeTakeFirstOrThrow();
  });
  if (current.password_hash === hash || (await passwords.verify(password, current.password_hash)).isRight)
    return current;
  throw new ParleyError('wrong-credentials');
}
