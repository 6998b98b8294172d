import { ParleyError } from '@parley/protocol';
import type { Handler } from '../context.ts';

export const deviceEnd: Handler<'device.end'> = async (context, { params, session, caller }) => {
  const { userId } = session;
  if (params.deviceId === session.deviceId) {
    await context.sessions.signOut(session, caller.connection);
    return { result: {}, effects: { close: 'signed-out' } };
  }
  const query = context.store.db.selectFrom('devices').select('id').where('id', '=', params.deviceId);
  const device = await query.where('user_id', '=', userId).executeTakeFirst();
  if (device === undefined) throw new ParleyError('not-found');
  await context.endDevices(userId, [device.id], 'session-ended');
  context.log.info({ userId, deviceId: device.id }, 'device ended');
  return { result: {} };
};
