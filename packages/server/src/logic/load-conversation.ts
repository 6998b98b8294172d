import { ParleyError } from '@parley/protocol';
import { sql, type Kysely, type SqlBool } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { prepared } from './prepared.ts';
import { requirePermission, type Action, type Standing } from './permissions.ts';

/** A conversation's row and how one user stands to it. */
export interface LoadedConversation extends Standing {
  readonly id: number;
  readonly title: string;
  readonly topic: string;
  readonly avatar: string | null;
  readonly ownerId: number | null;
  readonly seq: number;
  readonly version: number;
  readonly metaVersion: number;
  readonly minSeq: number;
  readonly memberCount: number;
  readonly createdAt: number;
  readonly membership?: LoadedMembership;
  /** Directs: the other one. */
  readonly peer?: { readonly id: number; readonly name: string };
}

export interface LoadedMembership extends NonNullable<Standing['membership']> {
  readonly joinSeq: number;
  readonly readSeq: number;
  readonly deliveredSeq: number;
}

export interface LoadRequest {
  readonly conversationId: number;
  readonly userId: number;
}

/** Loads a conversation for a user in one query, outside or inside a transaction; undefined: there is none. */
export async function loadConversation(
  db: Kysely<Tables>,
  request: LoadRequest,
): Promise<LoadedConversation | undefined> {
  const [row] = await loadRow(db, { conversationId: request.conversationId, userId: request.userId });
  return row === undefined ? undefined : fromRow(row);
}

/** Loads it if the user may do `action` in it. @throws ParleyError the refusal; `not-found` when there is none. */
export async function openConversation(
  db: Kysely<Tables>,
  request: LoadRequest & { readonly action: Action; readonly now: number },
): Promise<LoadedConversation> {
  const loaded = await loadConversation(db, request);
  if (loaded === undefined) throw new ParleyError('not-found');
  requirePermission(request.action, loaded, request.now);
  return loaded;
}

/** The seq after which this user may read: groups hide what was before one joined, retention what was removed. [D8, D13] */
export function readableAfter(loaded: Pick<LoadedConversation, 'kind' | 'membership' | 'seq' | 'minSeq'>): number {
  const joinSeq = loaded.kind === 'group' ? (loaded.membership?.joinSeq ?? loaded.seq) : 0;
  return Math.max(joinSeq, loaded.minSeq - 1);
}

type Row = Awaited<ReturnType<typeof loadRow>>[number];
type Args = { conversationId: number; userId: number };

const build = (db: Kysely<Tables>, slot: Args) =>
  db
    .selectFrom('conversations as c')
    .leftJoin('members as m', (join) => join.onRef('m.conversation_id', '=', 'c.id').on('m.user_id', '=', slot.userId))
    .leftJoin('bans as b', (join) => join.onRef('b.conversation_id', '=', 'c.id').on('b.user_id', '=', slot.userId))
    // The case keeps a room's members from being looked through: only directs have a peer.
    .leftJoin('users as p', (join) =>
      join.on(
        sql<SqlBool>`p.id = case when c.kind = 'direct' then (select x.user_id from members as x where x.conversation_id = c.id and x.user_id <> ${slot.userId} limit 1) end`,
      ),
    )
    .leftJoin('blocks as mine', (join) =>
      join.on('mine.user_id', '=', slot.userId).onRef('mine.blocked_id', '=', 'p.id'),
    )
    .leftJoin('blocks as theirs', (join) =>
      join.onRef('theirs.user_id', '=', 'p.id').on('theirs.blocked_id', '=', slot.userId),
    )
    .select(['c.id', 'c.kind', 'c.title', 'c.topic', 'c.avatar', 'c.owner_id', 'c.is_listed', 'c.seq', 'c.version'])
    .select(['c.meta_version', 'c.min_seq', 'c.member_count', 'c.created_at'])
    .select(['m.role', 'm.status', 'm.join_seq', 'm.read_seq', 'm.delivered_seq', 'm.muted_until'])
    .select(['b.user_id as banned_id', 'p.id as peer_id', 'p.name as peer_name'])
    .select(['mine.user_id as blocking_id', 'theirs.user_id as blocked_by'])
    .where('c.id', '=', slot.conversationId);

type BuiltRow = ReturnType<typeof build> extends { execute(): Promise<(infer R)[]> } ? R : never;
const loadRow = prepared<Args, BuiltRow>(build);

function fromRow(row: Row): LoadedConversation {
  const membership = membershipOf(row);
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    topic: row.topic,
    avatar: row.avatar,
    ownerId: row.owner_id,
    isListed: row.is_listed === 1,
    seq: row.seq,
    version: row.version,
    metaVersion: row.meta_version,
    minSeq: row.min_seq,
    memberCount: row.member_count,
    createdAt: row.created_at,
    isBanned: row.banned_id !== null,
    isBlocked: row.blocking_id !== null || row.blocked_by !== null,
    ...(membership === undefined ? {} : { membership }),
    ...(row.peer_id === null || row.peer_name === null ? {} : { peer: { id: row.peer_id, name: row.peer_name } }),
  };
}

function membershipOf(row: Row): LoadedMembership | undefined {
  if (row.role === null || row.status === null) return undefined;
  return {
    role: row.role,
    status: row.status,
    joinSeq: row.join_seq ?? 0,
    readSeq: row.read_seq ?? 0,
    deliveredSeq: row.delivered_seq ?? 0,
    mutedUntil: row.muted_until,
  };
}
