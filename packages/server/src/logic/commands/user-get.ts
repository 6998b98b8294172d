import { ParleyError } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { usersById } from '../users-by-id.ts';
import { userView } from '../user-view.ts';

export const userGet: Handler<'user.get'> = async ({ store }, { params }) => {
  const [row] = await usersById(store.db, { ids: [params.userId] });
  if (row === undefined) throw new ParleyError('not-found');
  return { result: { user: userView(row) } };
};
