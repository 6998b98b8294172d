import type { Member, Role } from '@parley/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { MemberTable, Tables, UserTable } from '../../store/schema.ts';
import type { Handler } from '../context.ts';
import { openConversation } from '../load-conversation.ts';
import { cutPage, readCursor } from '../page-cursor.ts';
import { prepared } from '../prepared.ts';
import { userView } from '../user-view.ts';

type Args = { conversationId: number; role: Role; joinedAt: number; userId: number; limit: number };
type Row = Pick<Selectable<MemberTable>, 'role' | 'joined_at' | 'read_seq' | 'muted_until'> &
  Pick<Selectable<UserTable>, 'id' | 'name' | 'display_name' | 'kind' | 'bio' | 'avatar'>;

/** The order of the list. One query each, so that the index gives the order and no room is sorted. */
const roles = ['owner', 'admin', 'member'] as const satisfies readonly Role[];

const ofRole = prepared<Args, Row>((db, slot) =>
  db
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .select(['m.role', 'm.joined_at', 'm.read_seq', 'm.muted_until'])
    .select(['u.id', 'u.name', 'u.display_name', 'u.kind', 'u.bio', 'u.avatar'])
    .where('m.conversation_id', '=', slot.conversationId)
    .where('m.status', '=', 'active')
    .where('m.role', '=', slot.role)
    .where((eb) =>
      eb.or([
        eb('m.joined_at', '>', slot.joinedAt),
        eb.and([eb('m.joined_at', '=', slot.joinedAt), eb('m.user_id', '>', slot.userId)]),
      ]),
    )
    .orderBy('m.joined_at')
    .orderBy('m.user_id')
    .limit(slot.limit),
);

export const memberList: Handler<'member.list'> = async ({ store, clock }, { params, session }) => {
  const { conversationId, limit } = params;
  const now = clock.now();
  const asked = { conversationId, userId: session.userId, action: 'list-members', now } as const;
  const { kind } = await openConversation(store.db, asked);
  const after = readCursor(params.cursor, 3) ?? [0, -1, 0];
  const rows = await listAfter(store.db, { conversationId, after, limit: limit + 1 });
  const { rows: shown, next } = cutPage(rows, limit, (row) => [roles.indexOf(row.role), row.joined_at, row.id]);
  const hasReceipts = kind === 'direct' || kind === 'group';
  return { result: { items: shown.map((row) => memberView(row, { hasReceipts, now })), ...next } };
};

interface Listing {
  readonly conversationId: number;
  /** Place of the role, time of joining and user of the last one shown. */
  readonly after: readonly number[];
  readonly limit: number;
}

async function listAfter(db: Kysely<Tables>, { conversationId, after, limit }: Listing): Promise<Row[]> {
  const [place = 0, joinedAt = -1, userId = 0] = after;
  const rows: Row[] = [];
  for (const [index, role] of roles.entries()) {
    if (index < place || rows.length === limit) continue;
    const from = index === place ? { joinedAt, userId } : { joinedAt: -1, userId: 0 };
    rows.push(...(await ofRole(db, { conversationId, role, ...from, limit: limit - rows.length })));
  }
  return rows;
}

function memberView(row: Row, { hasReceipts, now }: { readonly hasReceipts: boolean; readonly now: number }): Member {
  const view: Member = {
    user: userView(row),
    role: row.role,
    joinedAt: row.joined_at,
    // In rooms and channels nobody sees what others have read.
    readSeq: hasReceipts ? row.read_seq : 0,
  };
  if (row.muted_until !== null && row.muted_until > now) view.mutedUntil = row.muted_until;
  return view;
}
