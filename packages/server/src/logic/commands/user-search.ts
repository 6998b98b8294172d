import { searchDirectory } from '../directory.ts';
import type { Handler } from '../context.ts';
import { userView } from '../user-view.ts';

export const userSearch: Handler<'user.search'> = async ({ store }, { params }) => {
  const { rows, nextCursor } = await searchDirectory(store.db, params);
  const items = rows.map(userView);
  return { result: nextCursor === undefined ? { items } : { items, nextCursor } };
};
