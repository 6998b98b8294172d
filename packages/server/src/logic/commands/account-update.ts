import type { Params } from '@parley/protocol';
import type { Updateable } from 'kysely';
import type { UserTable } from '../../store/schema.ts';
import { accountView } from '../account-view.ts';
import { announceProfile } from '../announce-profile.ts';
import type { Handler } from '../context.ts';
import { directoryKey } from '../directory-key.ts';
import { ownUser } from '../own-user.ts';

export const accountUpdate: Handler<'account.update'> = async (context, { params, session }) => {
  const user = await context.store.write(async (tx) => {
    const before = await ownUser(tx, session.userId);
    const changes = changesOf(params, before.name);
    if (Object.keys(changes).length > 0)
      await tx.updateTable('users').set(changes).where('id', '=', session.userId).execute();
    return ownUser(tx, session.userId);
  });
  return { result: { account: accountView(user) }, effects: await announceProfile(context, user, session) };
};

function changesOf(params: Params<'account.update'>, userName: string): Updateable<UserTable> {
  const { displayName, bio, lastSeenVisibility, directPolicy } = params;
  return {
    ...(displayName === undefined
      ? {}
      : { display_name: displayName, display_key: directoryKey(displayName, userName) }),
    ...(bio === undefined ? {} : { bio }),
    ...(lastSeenVisibility === undefined ? {} : { last_seen_visibility: lastSeenVisibility }),
    ...(directPolicy === undefined ? {} : { direct_policy: directPolicy }),
  };
}
