import type { ConversationKind, Role } from '@parley/protocol';
import type { Kysely } from 'kysely';
import { gathered } from '../gathered.ts';
import type { Tables } from '../store/schema.ts';
import { openConversation, type LoadedConversation, type LoadRequest } from './load-conversation.ts';
import { refusal, type Action } from './permissions.ts';
import { prepared } from './prepared.ts';

/** Of a conversation what the hot commands need to know. */
export type OpenedConversation = Pick<
  LoadedConversation,
  'id' | 'kind' | 'isListed' | 'isBanned' | 'isBlocked' | 'seq' | 'minSeq' | 'memberCount' | 'peer' | 'membership'
>;

interface Row {
  readonly conversation_id: number;
  readonly user_id: number;
  readonly role: Role;
  readonly status: 'active' | 'left' | 'removed' | 'banned';
  readonly muted_until: number | null;
  readonly join_seq: number;
  readonly read_seq: number;
  readonly delivered_seq: number;
  readonly kind: ConversationKind;
  readonly is_listed: 0 | 1;
  readonly seq: number;
  readonly min_seq: number;
  readonly member_count: number;
  readonly peer_id: number | null;
  readonly peer_name: string | null;
  readonly blocking_id: number | null;
  readonly blocked_by: number | null;
}
type Pairs = { conversationIds: readonly number[]; userIds: readonly number[] };

/** Members only, who are not banned while they are active: everyone else takes the long way and is told why. */
const membersAt = prepared<Pairs, Row>((db, slot) =>
  db
    .selectFrom('members as m')
    .innerJoin('conversations as c', 'c.id', 'm.conversation_id')
    // A case, because no other form keeps a room's members from being looked through: only directs have a peer.
    .leftJoin('users as p', (join) =>
      join.on('p.id', '=', (eb) =>
        eb
          .case()
          .when('c.kind', '=', 'direct')
          .then(
            eb
              .selectFrom('members as x')
              .select('x.user_id')
              .whereRef('x.conversation_id', '=', 'm.conversation_id')
              .whereRef('x.user_id', '<>', 'm.user_id'),
          )
          .end(),
      ),
    )
    .leftJoin('blocks as mine', (join) =>
      join.onRef('mine.user_id', '=', 'm.user_id').onRef('mine.blocked_id', '=', 'p.id'),
    )
    .leftJoin('blocks as theirs', (join) =>
      join.onRef('theirs.user_id', '=', 'p.id').onRef('theirs.blocked_id', '=', 'm.user_id'),
    )
    .select([
      'm.conversation_id',
      'm.user_id',
      'm.role',
      'm.status',
      'm.muted_until',
      'm.join_seq',
      'm.read_seq',
      'm.delivered_seq',
    ])
    .select(['c.kind', 'c.is_listed', 'c.seq', 'c.min_seq', 'c.member_count', 'p.id as peer_id', 'p.name as peer_name'])
    .select(['mine.user_id as blocking_id', 'theirs.user_id as blocked_by'])
    .where(({ eb, or }) =>
      or(
        slot.conversationIds.map((id, index) =>
          eb('m.conversation_id', '=', id).and('m.user_id', '=', slot.userIds[index] ?? 0),
        ),
      ),
    ),
);

const load = gathered<Kysely<Tables>, LoadRequest, OpenedConversation | undefined>(async (db, requests) => {
  const rows = await membersAt(db, {
    conversationIds: requests.map((request) => request.conversationId),
    userIds: requests.map((request) => request.userId),
  });
  const byPair = new Map(rows.map((row) => [`${row.conversation_id} ${row.user_id}`, row]));
  return requests.map(({ conversationId, userId }) => {
    const row = byPair.get(`${conversationId} ${userId}`);
    return row === undefined ? undefined : fromRow(row);
  });
});

/**
 * `openConversation` for what members do often: one read for all commands of a tick.
 * @throws ParleyError the refusal; `not-found` when there is no such conversation.
 */
export async function openAsMember(
  db: Kysely<Tables>,
  request: LoadRequest & { readonly action: Action; readonly now: number },
): Promise<OpenedConversation> {
  const opened = await load(db, request);
  const isAllowed =
    opened?.membership?.status === 'active' && refusal(request.action, opened, request.now) === undefined;
  return isAllowed ? opened : openConversation(db, request);
}

function fromRow(row: Row): OpenedConversation {
  const { role, status } = row;
  return {
    id: row.conversation_id,
    kind: row.kind,
    isListed: row.is_listed === 1,
    isBanned: false,
    isBlocked: row.blocking_id !== null || row.blocked_by !== null,
    seq: row.seq,
    minSeq: row.min_seq,
    memberCount: row.member_count,
    membership: {
      role,
      status,
      mutedUntil: row.muted_until,
      joinSeq: row.join_seq,
      readSeq: row.read_seq,
      deliveredSeq: row.delivered_seq,
    },
    ...(row.peer_id === null || row.peer_name === null ? {} : { peer: { id: row.peer_id, name: row.peer_name } }),
  };
}
