import { ParleyError } from '@parley/protocol';
import { accountView } from '../account-view.ts';
import { claimGuest } from '../accounts.ts';
import { announceProfile } from '../announce-profile.ts';
import type { Handler } from '../context.ts';
import { ownUser } from '../own-user.ts';

export const accountClaim: Handler<'account.claim'> = async (context, { params, session }) => {
  const user = await ownUser(context.store.db, session.userId);
  if (user.kind !== 'guest') throw new ParleyError('forbidden', 'This is an account already.');
  if (!context.policy.hasRegistration) throw new ParleyError('registration-disabled');
  const claimed = await claimGuest(context, user, params);
  return { result: { account: accountView(claimed) }, effects: await announceProfile(context, claimed, session) };
};
