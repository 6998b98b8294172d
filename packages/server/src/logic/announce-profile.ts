import { topicOf } from '../delivery.ts';
import type { ConnectionEffects } from '../rpc/rpc.ts';
import type { Session } from '../session.ts';
import type { UserRow } from './accounts.ts';
import type { Context } from './context.ts';
import { userView } from './user-view.ts';

/** Tells the user's devices that their profile changed, and has their sessions read anew. The effects are for the connection that asked. */
export async function announceProfile(context: Context, user: UserRow, session: Session): Promise<ConnectionEffects> {
  await context.sessions.refresh(user.id);
  const push = { push: 'user.changed', user: { ...userView(user), isAdmin: user.is_admin === 1 } } as const;
  await context.enqueue([{ topic: topicOf.user(user.id), push }]);
  return { session: { ...session, userName: user.name, displayName: user.display_name, kind: user.kind } };
}
