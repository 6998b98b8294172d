import { limits } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { userView } from '../user-view.ts';

export const blockList: Handler<'block.list'> = async ({ store }, { session }) => {
  const rows = await store.db
    .selectFrom('blocks')
    .innerJoin('users', 'users.id', 'blocks.blocked_id')
    .selectAll('users')
    .where('blocks.user_id', '=', session.userId)
    .orderBy('users.name_key')
    .limit(limits.blocksMax)
    .execute();
  return { result: { items: rows.map(userView) } };
};
