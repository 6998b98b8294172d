import { ParleyError } from '@parley/protocol';
import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { createUser, makeAdministrator, resetPassword, type AccountParts } from '../logic/accounts.ts';
import { PasswordPool } from '../logic/password-pool.ts';
import type { Store } from '../store/store.ts';
import { askSecret } from './ask-secret.ts';

type OpenStore = (config: Config) => Promise<Store>;

/** Works on the data of the configuration, also while a server runs. */
async function withAccounts(
  config: Config,
  openStore: OpenStore,
  work: (parts: AccountParts) => Promise<string>,
): Promise<string> {
  await using store = await openStore(config);
  return await work({ store, passwords: new PasswordPool(), clock: systemClock });
}

/** @throws ParleyError what is wrong with the name or the password */
export async function createUserFromTerminal(config: Config, userName: string, openStore: OpenStore): Promise<string> {
  const password = await askTwice(`Password for ${userName}: `);
  return withAccounts(config, openStore, async (parts) => {
    const user = await createUser(parts, { userName, password });
    return `Created ${user.name} (user ${user.id}).`;
  });
}

export async function resetPasswordByName(config: Config, userName: string, openStore: OpenStore): Promise<string> {
  const password = await askTwice(`New password for ${userName}: `);
  return withAccounts(config, openStore, async (parts) => {
    const user = await resetPassword(parts, { userName, password });
    return `${user.name} has a new password; every session of theirs has ended. Sockets that are open close within seconds.`;
  });
}

export function makeAdministratorByName(config: Config, userName: string, openStore: OpenStore): Promise<string> {
  return withAccounts(
    config,
    openStore,
    async (parts) => `${(await makeAdministrator(parts, userName)).name} is an administrator now.`,
  );
}

/** On a terminal a typing error would lock somebody out, so it is asked for twice. */
async function askTwice(question: string): Promise<string> {
  const password = await askSecret(question);
  if (process.stdin.isTTY && (await askSecret('Once more: ')) !== password)
    throw new ParleyError('invalid-params', 'The two are not the same. Nothing was changed.');
  return password;
}
