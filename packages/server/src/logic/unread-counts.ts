import { limits } from '@parley/protocol';
import { sql, type Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { prepared } from './prepared.ts';

export interface UnreadCounts {
  readonly unread: number;
  readonly mentions: number;
}

type Args = { userId: number; conversationIds: readonly number[] };
interface Row extends UnreadCounts {
  readonly conversation_id: number;
}

/** Where counting begins: at the read cursor, but no more than `unreadMax` messages below the head. */
const floor = sql<number>`case when me.read_seq > c.seq - ${sql.lit(limits.unreadMax)} then me.read_seq else c.seq - ${sql.lit(limits.unreadMax)} end`;

const count = prepared<Args, Row>((db, slot) =>
  db
    .selectFrom('members as me')
    .innerJoin('conversations as c', 'c.id', 'me.conversation_id')
    .select((eb) => [
      'me.conversation_id',
      eb
        .selectFrom('messages as l')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('l.conversation_id', '=', 'me.conversation_id')
        .where('l.seq', '>', floor)
        .where('l.sender_id', '<>', slot.userId)
        .$asScalar()
        .as('unread'),
      eb
        .selectFrom('mentions as n')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .where('n.user_id', '=', slot.userId)
        .whereRef('n.conversation_id', '=', 'me.conversation_id')
        .where('n.seq', '>', floor)
        .$asScalar()
        .as('mentions'),
    ])
    .where('me.user_id', '=', slot.userId)
    .where('me.conversation_id', 'in', slot.conversationIds),
);

/** Messages of others and mentions after the user's read cursor, among the latest `limits.unreadMax` of each conversation. */
export async function countUnread(db: Kysely<Tables>, args: Args): Promise<ReadonlyMap<number, UnreadCounts>> {
  const rows = await count(db, args);
  return new Map(rows.map((row) => [row.conversation_id, row]));
}
