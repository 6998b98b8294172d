import { ParleyError, type Device } from '@parley/protocol';
import type { Selectable, Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { Expiry } from '../expiry.ts';
import type { Log } from '../log.ts';
import type { Presence } from '../presence/presence.ts';
import type { Caller, Rpc } from '../rpc/rpc.ts';
import type { Session } from '../session.ts';
import type { DeviceTable, Tables, UserTable } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { devicesToEnd } from './device-policy.ts';
import { DeviceUses } from './device-uses.ts';
import { deviceView } from './device-view.ts';
import type { Policy } from './policy.ts';
import { gatheredRow } from './gathered-row.ts';
import { prepared } from './prepared.ts';
import { hashOf, newToken } from './tokens.ts';

export interface SessionsParts {
  readonly store: Store;
  readonly presence: Presence;
  readonly rpc: Rpc;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly log: Log;
}

export interface NewDevice {
  readonly platform: Device['platform'];
  readonly deviceName?: string | undefined;
}

export interface OpenedSession {
  readonly session: Session;
  readonly token: string;
  readonly device: Device;
}

type UserRow = Selectable<UserTable>;
export type EndReason = 'signed-out' | 'session-ended' | 'replaced' | 'account-disabled';

/** The signed-in devices: one token each, of which only the hash is stored. */
export class Sessions {
  private readonly parts: SessionsParts;
  /** What is over: a session ends by this, never by the clock alone. */
  readonly expiry: Expiry;
  private readonly uses: DeviceUses;

  constructor(parts: SessionsParts) {
    this.parts = parts;
    this.expiry = new Expiry(parts.clock);
    this.uses = new DeviceUses(parts.store, parts.policy.sessionTtlMs);
  }

  /** Signs a new device of the user in; devices the policy has no place for are ended. The token is shown this once. @throws ParleyError `wrong-credentials` when the user has another password by now. */
  async open(user: UserRow, { platform, deviceName = '' }: NewDevice): Promise<OpenedSession> {
    const { store, clock, policy } = this.parts;
    const token = newToken();
    const now = clock.now();
    const values = { user_id: user.id, token_hash: hashOf(token), platform, name: deviceName, created_at: now };
    const { device, replacedIds } = await store.write(async (tx) => {
      await requireUnchanged(tx, user);
      const others = await tx.selectFrom('devices').selectAll().where('user_id', '=', user.id).execute();
      await tx
        .insertInto('devices')
        .values({ ...values, last_used_at: now, expires_at: now + policy.sessionTtlMs })
        .execute();
      const added = tx.selectFrom('devices').selectAll().where('token_hash', '=', values.token_hash);
      const device = await added.executeTakeFirstOrThrow();
      return { device, replacedIds: devicesToEnd(policy.devices, others, device) };
    });
    if (replacedIds.length > 0) await this.end(user.id, replacedIds, 'replaced');
    return { session: sessionOf(user, device), token, device: deviceView(device, device.id) };
  }

  /**
   * Whose token this is. `beforeLoad` runs when the cache does not know and the store is asked; what it throws ends the search.
   * @throws ParleyError `unauthenticated` for an unknown or expired one, `account-disabled`.
   */
  async find(token: string, beforeLoad?: () => Promise<void>): Promise<Session> {
    const { presence } = this.parts;
    const hash = hashOf(token);
    // A cache that cannot be asked is no reason to turn people away: the store knows. [D15]
    const cached = await presence.findSession(hash).catch(() => undefined);
    if (cached !== undefined && !this.expiry.isOver(cached.expiresAt)) return cached;
    await beforeLoad?.();
    return this.load(hash);
  }

  /** Is the session's device still signed in? Asks the store. */
  async isLive(session: Session): Promise<boolean> {
    const row = await deviceOf(this.parts.store.db, session.deviceId);
    return row !== undefined && !this.expiry.isOver(row.expires_at);
  }

  /** Forgets what is cached of all the user's sessions, after their profile changed. */
  async refresh(userId: number): Promise<void> {
    const { store, presence } = this.parts;
    const rows = await store.db.selectFrom('devices').select('id').where('user_id', '=', userId).execute();
    await presence.forgetSessions(rows.map((row) => row.id));
  }

  /** Ends these devices of the user everywhere; resolves when their sockets are closed. Others' devices are ignored. [D16] */
  async end(userId: number, deviceIds: readonly number[], reason: EndReason): Promise<void> {
    if (deviceIds.length === 0) return;
    await this.closeSockets(userId, await this.forget(userId, deviceIds), reason);
  }

  /** Signs a device out. `connection` is the asking one: when it is the device's only socket it is left to close after its reply. */
  async signOut(session: Session, connection: Caller['connection']): Promise<void> {
    const { userId, deviceId } = session;
    const ended = await this.forget(userId, [deviceId]);
    // Only now: a socket that signs in and is not seen here finds its device gone after it made its route. [D16]
    const routes = (await this.parts.presence.routesOf([userId])).get(userId) ?? [];
    const own = routes.filter((route) => route.deviceId === deviceId);
    const isAlone = own.length === 1 && own[0]?.connectionId === connection?.connectionId;
    if (!isAlone) await this.closeSockets(userId, ended, 'signed-out');
    this.parts.log.info({ userId, deviceId }, 'signed out');
  }

  /** Stores when devices were last used. */
  async flush(): Promise<void> {
    await this.uses.flush();
  }

  /** Their tokens are worth nothing from here on. Resolves with the devices that were not somebody else's. */
  private async forget(userId: number, deviceIds: readonly number[]): Promise<readonly number[]> {
    const { store, presence } = this.parts;
    const ended = await store.write(async (tx) => {
      const known = await tx
        .selectFrom('devices')
        .select(['id', 'user_id'])
        .where('id', 'in', [...deviceIds])
        .execute();
      const foreign = new Set(known.filter((row) => row.user_id !== userId).map((row) => row.id));
      const own = deviceIds.filter((id) => !foreign.has(id));
      if (own.length > 0) await tx.deleteFrom('devices').where('id', 'in', own).execute();
      return own;
    });
    await presence.forgetSessions(ended);
    return ended;
  }

  private async closeSockets(userId: number, deviceIds: readonly number[], reason: EndReason): Promise<void> {
    const { presence, rpc, log } = this.parts;
    const ended = new Set(deviceIds);
    const routes = (await presence.routesOf([userId])).get(userId) ?? [];
    const nodeIds = new Set(routes.filter((route) => ended.has(route.deviceId)).map((route) => route.nodeId));
    const closing = [...nodeIds].map(async (nodeId) => {
      try {
        await rpc.call('connect', nodeId).end(deviceIds, reason);
      } catch (error) {
        // A node that is gone has no sockets; one that hangs finds the session ended when it comes back.
        log.warn({ err: error, nodeId }, 'a node did not close the sockets of ended devices');
      }
    });
    await Promise.all(closing);
  }

  private async load(hash: string): Promise<Session> {
    const { store, presence, clock } = this.parts;
    const now = clock.now();
    const row = await byToken(store.db, hash);
    if (row === undefined || this.expiry.isOver(row.expires_at)) throw new ParleyError('unauthenticated');
    if (row.status === 'disabled') throw new ParleyError('account-disabled');
    const session = sessionFrom(row);
    await presence.keepSession(hash, session).catch(() => undefined);
    await this.requireStillThere(session);
    this.uses.note(row, now);
    return session;
  }

  /** The device may have been ended between reading and caching; then what was cached after `forgetSessions` has to go. [P5] */
  private async requireStillThere(session: Session): Promise<void> {
    if (await this.isLive(session)) return;
    await this.parts.presence.forgetSessions([session.deviceId]);
    throw new ParleyError('unauthenticated');
  }
}

type SessionRow = Pick<UserRow, 'name' | 'display_name' | 'kind' | 'is_admin' | 'status'> &
  Pick<Selectable<DeviceTable>, 'id' | 'user_id' | 'token_hash' | 'last_used_at' | 'expires_at'>;

const byToken = gatheredRow(
  prepared<{ keys: readonly string[] }, SessionRow>((db, slot) =>
    db
      .selectFrom('devices as d')
      .innerJoin('users as u', 'u.id', 'd.user_id')
      .select(['d.id', 'd.user_id', 'd.token_hash', 'd.last_used_at', 'd.expires_at'])
      .select(['u.name', 'u.display_name', 'u.kind', 'u.is_admin', 'u.status'])
      .where('d.token_hash', 'in', slot.keys),
  ),
  (row) => row.token_hash,
);

const deviceOf = gatheredRow(
  prepared<{ keys: readonly number[] }, Pick<Selectable<DeviceTable>, 'id' | 'expires_at'>>((db, slot) =>
    db.selectFrom('devices').select(['id', 'expires_at']).where('id', 'in', slot.keys),
  ),
  (row) => row.id,
);

function sessionFrom(row: SessionRow): Session {
  return {
    userId: row.user_id,
    deviceId: row.id,
    userName: row.name,
    displayName: row.display_name,
    kind: row.kind,
    isAdmin: row.is_admin === 1,
    expiresAt: row.expires_at,
  };
}

/** A password that was changed while this sign-in was checked by the old one opens nothing any more. */
async function requireUnchanged(tx: Transaction<Tables>, { id, password_hash: hash }: UserRow): Promise<void> {
  const current = await tx.selectFrom('users').select('password_hash').where('id', '=', id).executeTakeFirst();
  if (current?.password_hash !== hash) throw new ParleyError('wrong-credentials');
}

function sessionOf(user: UserRow, device: Selectable<DeviceTable>): Session {
  return sessionFrom({ ...user, ...device, name: user.name });
}
