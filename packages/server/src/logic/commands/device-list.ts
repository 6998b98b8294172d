import type { Handler } from '../context.ts';
import { deviceView } from '../device-view.ts';

export const deviceList: Handler<'device.list'> = async ({ store, sessions }, { session }) => {
  const rows = await store.db
    .selectFrom('devices')
    .selectAll()
    .where('user_id', '=', session.userId)
    .where('expires_at', '>', sessions.expiry.now())
    .orderBy('last_used_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return { result: { items: rows.map((row) => deviceView(row, session.deviceId)) } };
};
