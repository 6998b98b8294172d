import type { Params } from '@parley/protocol';
import type { Updateable } from 'kysely';
import { topicOf } from '../../delivery.ts';
import type { UserTable } from '../../store/schema.ts';
import { accountView } from '../account-view.ts';
import { announceProfile } from '../announce-profile.ts';
import type { UserRow } from '../accounts.ts';
import type { Context, Handler } from '../context.ts';
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
  if (params.lastSeenVisibility !== undefined) await announceVisibility(context, user);
  return { result: { account: accountView(user) }, effects: await announceProfile(context, user, session) };
};

/** Whoever hides looks offline at once to those who watch, and as they are when they show themselves again. */
async function announceVisibility({ presence, enqueue }: Context, user: UserRow): Promise<void> {
  const routes = (await presence.routesOf([user.id])).get(user.id) ?? [];
  const isOnline = user.last_seen_visibility === 'everyone' && routes.length > 0;
  const push = { push: 'presence', presence: { userId: user.id, isOnline } } as const;
  await enqueue([{ topic: topicOf.presence(user.id), push }]);
}

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
