import { requireUncommon } from '../accounts.ts';
import { checkPassword } from '../check-password.ts';
import type { Handler } from '../context.ts';
import { ownUser } from '../own-user.ts';

export const accountChangePassword: Handler<'account.changePassword'> = async (
  context,
  { params, session, caller },
) => {
  const { userId, deviceId } = session;
  // Not the session's name: a guest may have become an account on another device since.
  const { name } = await ownUser(context.store.db, userId);
  requireUncommon(params.newPassword, name);
  await checkPassword(context, { userName: name, password: params.currentPassword, address: caller.address });
  const hash = await context.passwords.hash(params.newPassword);
  const others = await context.store.write(async (tx) => {
    await tx.updateTable('users').set({ password_hash: hash }).where('id', '=', userId).execute();
    return tx.selectFrom('devices').select('id').where('user_id', '=', userId).where('id', '<>', deviceId).execute();
  });
  const otherIds = others.map((row) => row.id);
  await context.endDevices(userId, otherIds, 'session-ended');
  context.log.info({ userId, deviceId }, 'password changed');
  return { result: {} };
};
