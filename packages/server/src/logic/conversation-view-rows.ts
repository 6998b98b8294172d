import { sql, type Kysely, type SqlBool } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { cursorAudienceMax } from './cursor-audience.ts';
import { prepared } from './prepared.ts';

type Args = { userId: number; conversationIds: readonly number[] };

/** The farthest cursor of anyone else, where cursors are shown: in directs and in groups that are not too large. */
const cursorOfOthers = (column: 'read_seq' | 'delivered_seq', userId: number) =>
  sql<
    number | null
  >`case when c.kind = 'direct' or (c.kind = 'group' and c.member_count <= ${sql.lit(cursorAudienceMax)}) then
    (select max(x.${sql.ref(column)}) from members as x where x.conversation_id = c.id and x.user_id <> ${userId}) end`;

const build = (db: Kysely<Tables>, slot: Args) =>
  db
    .selectFrom('conversations as c')
    .leftJoin('members as m', (join) => join.onRef('m.conversation_id', '=', 'c.id').on('m.user_id', '=', slot.userId))
    .leftJoin('messages as l', (join) => join.onRef('l.conversation_id', '=', 'c.id').onRef('l.seq', '=', 'c.seq'))
    .leftJoin('hidden as h', (join) =>
      join.on('h.user_id', '=', slot.userId).onRef('h.conversation_id', '=', 'c.id').onRef('h.seq', '=', 'c.seq'),
    )
    // The case keeps a room's members from being looked through: only directs have a peer.
    .leftJoin('users as p', (join) =>
      join.on(
        sql<SqlBool>`p.id = case when c.kind = 'direct' then (select x.user_id from members as x where x.conversation_id = c.id and x.user_id <> ${slot.userId} limit 1) end`,
      ),
    )
    .select(['c.id', 'c.kind', 'c.title', 'c.topic', 'c.avatar', 'c.owner_id', 'c.is_listed', 'c.seq', 'c.version'])
    .select(['c.meta_version', 'c.min_seq', 'c.member_count', 'c.created_at'])
    .select(['m.role', 'm.status', 'm.join_seq', 'm.read_seq', 'm.delivered_seq', 'm.muted_until', 'm.notify'])
    .select(['l.id as last_id', 'l.version as last_version', 'l.sender_id as last_sender_id'])
    .select(['l.client_msg_id as last_client_msg_id', 'l.content as last_content', 'l.reply_to as last_reply_to'])
    .select(['l.reactions as last_reactions', 'l.created_at as last_created_at', 'l.edited_at as last_edited_at'])
    .select(['h.seq as hidden_seq', 'p.id as peer_id', 'p.name as peer_name', 'p.display_name as peer_display_name'])
    .select(['p.kind as peer_kind', 'p.bio as peer_bio', 'p.avatar as peer_avatar'])
    .select([cursorOfOthers('read_seq', slot.userId).as('others_read_seq')])
    .select([cursorOfOthers('delivered_seq', slot.userId).as('others_delivered_seq')])
    .where('c.id', 'in', slot.conversationIds);

export type ViewRow = ReturnType<typeof build> extends { execute(): Promise<(infer Row)[]> } ? Row : never;

/** Head, membership, last message and, in directs, the peer of each conversation; in any order. */
export const loadViewRows = prepared<Args, ViewRow>(build);
