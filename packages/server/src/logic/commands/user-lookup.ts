import type { Handler } from '../context.ts';
import { usersById } from '../users-by-id.ts';
import { userView } from '../user-view.ts';

export const userLookup: Handler<'user.lookup'> = async ({ store }, { params }) => {
  const rows = await usersById(store.db, { ids: [...new Set(params.userIds)] });
  return { result: { items: rows.map(userView) } };
};
