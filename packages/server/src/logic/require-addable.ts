import { ParleyError } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';

interface Addition {
  readonly actorId: number;
  readonly userIds: readonly number[];
}

/** Users somebody wants to add: all exist and none of them has a block with the actor. @throws ParleyError `not-found`, `blocked` */
export async function requireAddable(tx: Transaction<Tables>, { actorId, userIds }: Addition): Promise<void> {
  if (userIds.length === 0) return;
  const found = await tx
    .selectFrom('users')
    .select('id')
    .where('id', 'in', [...userIds])
    .where('status', '=', 'active')
    .execute();
  if (found.length < userIds.length) throw new ParleyError('not-found');
  if (await isAnyBlocked(tx, { actorId, userIds })) throw new ParleyError('blocked');
}

async function isAnyBlocked(tx: Transaction<Tables>, { actorId, userIds }: Addition): Promise<boolean> {
  const ids = [...userIds];
  const block = await tx
    .selectFrom('blocks')
    .select('user_id')
    .where((eb) =>
      eb.or([
        eb.and([eb('user_id', '=', actorId), eb('blocked_id', 'in', ids)]),
        eb.and([eb('user_id', 'in', ids), eb('blocked_id', '=', actorId)]),
      ]),
    )
    .limit(1)
    .execute();
  return block.length > 0;
}
