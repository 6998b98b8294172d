import { ParleyError } from '@parley/protocol';
import { accountView } from '../account-view.ts';
import type { Handler } from '../context.ts';
import { deviceView } from '../device-view.ts';
import { ownUser } from '../own-user.ts';

export const sessionGet: Handler<'session.get'> = async ({ store }, { session }) => {
  const user = await ownUser(store.db, session.userId);
  const device = await store.db.selectFrom('devices').selectAll().where('id', '=', session.deviceId).executeTakeFirst();
  if (device === undefined) throw new ParleyError('unauthenticated');
  return { result: { account: accountView(user), device: deviceView(device, session.deviceId) } };
};
