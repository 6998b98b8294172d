import type { Updateable } from 'kysely';
import type { UserTable } from '../../store/schema.ts';
import { accountView } from '../account-view.ts';
import { announceProfile } from '../announce-profile.ts';
import type { Handler } from '../context.ts';
import { directoryKey } from '../directory-key.ts';
import { ownUser } from '../own-user.ts';

export const accountUpdate: Handler<'account.update'> = async (context, { params, session }) => {
  const { displayName, bio, lastSeenVisibility, directPolicy } = params;
  const changes: Updateable<UserTable> = {
    ...(displayName === undefined
      ? {}
      : { display_name: displayName, display_key: directoryKey(displayName, session.userName) }),
    ...(bio === undefined ? {} : { bio }),
    ...(lastSeenVisibility === undefined ? {} : { last_seen_visibility: lastSeenVisibility }),
    ...(directPolicy === undefined ? {} : { direct_policy: directPolicy }),
  };
  if (Object.keys(changes).length === 0)
    return { result: { account: accountView(await ownUser(context.store.db, session.userId)) } };
  const user = await context.store.write(async (tx) => {
    await tx.updateTable('users').set(changes).where('id', '=', session.userId).execute();
    return ownUser(tx, session.userId);
  });
  return { result: { account: accountView(user) }, effects: await announceProfile(context, user, session) };
};
