import { ParleyError } from '@parley/protocol';
import { createGuest } from '../accounts.ts';
import type { Handler } from '../context.ts';
import { signIn } from '../sign-in.ts';

export const accountGuest: Handler<'account.guest'> = async (context, { params }) => {
  if (!context.policy.hasGuests) throw new ParleyError('guests-disabled');
  const user = await createGuest(context, params.displayName);
  return { result: await signIn(context, user, params) };
};
