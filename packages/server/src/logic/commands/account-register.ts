import { ParleyError } from '@parley/protocol';
import { createUser } from '../accounts.ts';
import type { Handler } from '../context.ts';
import { signIn } from '../sign-in.ts';

export const accountRegister: Handler<'account.register'> = async (context, { params }) => {
  if (!context.policy.hasRegistration) throw new ParleyError('registration-disabled');
  const user = await createUser(context, params);
  return { result: await signIn(context, user, params) };
};
