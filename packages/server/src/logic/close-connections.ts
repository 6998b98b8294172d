import { topicOf, type Delivery } from '../delivery.ts';
import type { ClosedConnection } from '../rpc/rpc.ts';
import type { Context } from './context.ts';

type Parts = Pick<Context, 'store' | 'presence' | 'clock' | 'enqueue'>;

/** Users of one write. */
const chunk = 500;

/** Takes the routes of connections that are gone away; users without any left were last seen now. [P1] */
export async function closeConnections(context: Parts, connections: readonly ClosedConnection[]): Promise<void> {
  const areLast = await Promise.all(connections.map((connection) => removeRoute(context, connection)));
  const userIds = await offlineAmong(context, connections, areLast);
  for (let from = 0; from < userIds.length; from += chunk) await sayOffline(context, userIds.slice(from, from + chunk));
}

/** Resolves with whether it was the user's last route. */
async function removeRoute({ presence }: Parts, closed: ClosedConnection): Promise<boolean> {
  const { session, nodeId, bootId, connectionId } = closed;
  const { isLast } = await presence.removeRoute({
    userId: session.userId,
    deviceId: session.deviceId,
    nodeId,
    bootId,
    connectionId,
  });
  return isLast;
}

/** Also those whose last route is gone already: whoever took it may have failed before it said so. */
async function offlineAmong(
  { presence }: Parts,
  connections: readonly ClosedConnection[],
  areLast: readonly boolean[],
): Promise<readonly number[]> {
  const usersOf = (isLast: boolean): number[] =>
    connections.flatMap(({ session }, index) => (areLast[index] === isLast ? [session.userId] : []));
  const offline = new Set(usersOf(true));
  const others = new Set(usersOf(false)).difference(offline);
  if (others.size === 0) return [...offline];
  const routes = await presence.routesOf([...others]);
  return [...offline, ...others.values().filter((userId) => (routes.get(userId) ?? []).length === 0)];
}

/** Those who hide when they were here looked offline all the time. */
async function sayOffline({ store, clock, enqueue }: Parts, userIds: readonly number[]): Promise<void> {
  const now = clock.now();
  const shown = await store.write(async (tx) => {
    await tx.updateTable('users').set({ last_seen_at: now }).where('id', 'in', userIds).execute();
    const users = tx.selectFrom('users').select('id').where('id', 'in', userIds);
    return users.where('last_seen_visibility', '=', 'everyone').execute();
  });
  const deliveries = shown.map(({ id }): Delivery => {
    const presence = { userId: id, isOnline: false, lastSeenAt: now };
    return { topic: topicOf.presence(id), push: { push: 'presence', presence } };
  });
  if (deliveries.length > 0) await enqueue(deliveries);
}
