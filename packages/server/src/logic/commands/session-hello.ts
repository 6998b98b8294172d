import { limits, ParleyError, type Account, type Device } from '@parley/protocol';
import type { Kysely } from 'kysely';
import { topicOf, type Delivery, type Topic } from '../../delivery.ts';
import type { Route } from '../../presence/presence.ts';
import type { Caller, Floor } from '../../rpc/rpc.ts';
import type { Session } from '../../session.ts';
import type { Tables } from '../../store/schema.ts';
import { accountView } from '../account-view.ts';
import type { UserRow } from '../accounts.ts';
import { changesSince } from '../changes.ts';
import type { Context, Handled, Handler } from '../context.ts';
import { deviceView } from '../device-view.ts';
import { gatheredRow } from '../gathered-row.ts';
import { floorsOf, memberTopic } from '../membership-deliveries.ts';
import { membershipsOf, type MembershipRow } from '../memberships.ts';
import { prepared } from '../prepared.ts';

interface Hello {
  readonly session: Session;
  readonly connection: NonNullable<Caller['connection']>;
  readonly since: number | undefined;
}

export const sessionHello: Handler<'session.hello'> = async (context, { params, caller }) => {
  const { connection } = caller;
  if (connection === undefined) throw new ParleyError('socket-only');
  const session = await context.sessions.find(params.token);
  const route: Route = { userId: session.userId, deviceId: session.deviceId, ...connection };
  try {
    const { isFirst } = await context.presence.addRoute(route);
    const handled = await answer(context, { session, connection, since: params.since });
    if (isFirst) await sayOnline(context, handled.result.account);
    return handled;
  } catch (error) {
    // Without an answer the connection is nobody's. What cannot be removed now its node finds. [P2]
    await context.presence.removeRoute(route).catch(() => undefined);
    throw error;
  }
};

/** First the connection listens, then everything is read: what changes between is pushed, read, or both. [D6] */
async function answer(context: Context, { session, connection, since }: Hello): Promise<Handled<'session.hello'>> {
  const { store, clock, clockSteps, rpc, policy } = context;
  const { userId } = session;
  const before = await membershipsOf(store.db, { userId, endedAfter: Number.MAX_SAFE_INTEGER });
  const topics = topicsOf(userId, before);
  await rpc.call('connect', connection.nodeId).subscribe(connection.connectionId, topics, floors(before));
  const asOf = clock.now();
  const isUntrusted = since !== undefined && !(await clockSteps.trusts(since));
  const [{ answer: changes, memberships }, { account, device }] = await Promise.all([
    changesSince(store.db, { userId, since, asOf, isUntrusted }),
    loadAccount(store.db, session),
  ]);
  const result = {
    account,
    device,
    ...changes,
    connectionId: connection.connectionId,
    serverVersion: policy.serverVersion,
    heartbeatIntervalMs: limits.heartbeatIntervalMs,
  };
  const now = new Set(topicsOf(userId, memberships));
  const ended = topics.filter((topic) => !now.has(topic));
  return { result, effects: { session, subscribe: [...now], floors: floors(memberships), unsubscribe: ended } };
}

/** The user's own topic comes first: with it the connection takes part in joins and parts. */
function topicsOf(userId: number, memberships: readonly MembershipRow[]): Topic[] {
  return [topicOf.user(userId), ...listenedTo(memberships).map(memberTopic)];
}

function floors(memberships: readonly MembershipRow[]): Floor[] {
  return listenedTo(memberships).flatMap((row) => floorsOf({ ...row, joinSeq: row.join_seq }));
}

function listenedTo(memberships: readonly MembershipRow[]): readonly MembershipRow[] {
  return memberships.filter((row) => row.status === 'active').slice(0, limits.subscriptionsMax - 1);
}

const userById = gatheredRow(
  prepared<{ keys: readonly number[] }, UserRow>((db, slot) =>
    db.selectFrom('users').selectAll().where('id', 'in', slot.keys),
  ),
  (row) => row.id,
);

const deviceById = gatheredRow(
  prepared<{ keys: readonly number[] }, Parameters<typeof deviceView>[0]>((db, slot) =>
    db.selectFrom('devices').selectAll().where('id', 'in', slot.keys),
  ),
  (row) => row.id,
);

/** @throws ParleyError `unauthenticated` when the device was signed out meanwhile. */
async function loadAccount(
  db: Kysely<Tables>,
  { userId, deviceId }: Session,
): Promise<{ readonly account: Account; readonly device: Device }> {
  const [user, device] = await Promise.all([userById(db, userId), deviceById(db, deviceId)]);
  if (user === undefined || device === undefined) throw new ParleyError('unauthenticated');
  return { account: accountView(user), device: deviceView(device, deviceId) };
}

async function sayOnline({ enqueue }: Context, { id, lastSeenVisibility }: Account): Promise<void> {
  if (lastSeenVisibility === 'nobody') return;
  const push: Delivery['push'] = { push: 'presence', presence: { userId: id, isOnline: true } };
  await enqueue([{ topic: topicOf.presence(id), push }]);
}
