import { afterEach, expect, spyOn, test } from 'bun:test';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import { checkPassword } from './check-password.ts';
import { PasswordPool } from './password-pool.ts';
import { SignInGuard } from './sign-in-guard.ts';

const password = 'correct horse battery';
const evaluations = spyOn(Bun.password, 'verify');
afterEach(() => void evaluations.mockClear());

const costOf = (hash: string): string => hash.split('$').slice(1, 4).join('$');

/** How a try ends, and how many hashes of which cost were evaluated for it. */
async function tryAs(logic: TestLogic, passwords: PasswordPool, userName: string) {
  const parts = { ...logic.ports, passwords, signInGuard: new SignInGuard(logic.ports.presence) };
  evaluations.mockClear();
  const ending = await checkPassword(parts, { userName, password: 'a wrong one', address: '10.0.0.1' }).then(
    () => 'signed in',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );
  return { ending, hashes: evaluations.mock.calls.map(([, hash]) => costOf(hash as string)) };
}

test('a wrong password, a name nobody has, a guest’s and an imported account cost one evaluation of the same hash and look alike', async () => {
  await using logic = await openTestLogic();
  const passwords = new PasswordPool();
  const hash = await passwords.hash(password);
  const ids = { known: await logic.user('known'), imported: await logic.user('imported') };
  await logic.user('visitor', 'guest');
  const sha1 = `sha1$${new Bun.CryptoHasher('sha1').update(password).digest('hex')}`;
  for (const [userId, value] of [
    [ids.known.userId, hash],
    [ids.imported.userId, sha1],
  ] as const)
    await logic.ports.store.write((tx) =>
      tx.updateTable('users').set({ password_hash: value }).where('id', '=', userId).execute(),
    );
  const tries = [];
  for (const name of ['known', 'nobody', 'visitor', 'imported']) tries.push(await tryAs(logic, passwords, name));
  expect(tries).toEqual(
    tries.map(() => ({
      ending: 'wrong-credentials: The name or the password is wrong.',
      hashes: ['argon2id$v=19$m=19456,t=2,p=1'],
    })),
  );
});
