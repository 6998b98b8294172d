import type { Result } from '@parley/protocol';
import { accountView } from './account-view.ts';
import type { UserRow } from './accounts.ts';
import type { Context } from './context.ts';
import type { NewDevice } from './sessions.ts';

/** Signs a device in and says so to it and to the log. */
export async function signIn(context: Context, user: UserRow, device: NewDevice): Promise<Result<'session.create'>> {
  const opened = await context.sessions.open(user, device);
  context.log.info({ userId: user.id, deviceId: opened.device.id, platform: device.platform }, 'signed in');
  return { token: opened.token, account: accountView(user), device: opened.device };
}
