import { ParleyError } from '@parley/protocol';
import { checkPassword } from '../check-password.ts';
import type { Handler } from '../context.ts';
import { signIn } from '../sign-in.ts';

export const sessionCreate: Handler<'session.create'> = async (context, { params, caller }) => {
  const user = await checkPassword(context, { ...params, address: caller.address });
  if (user.status === 'disabled') throw new ParleyError('account-disabled');
  return { result: await signIn(context, user, params) };
};
