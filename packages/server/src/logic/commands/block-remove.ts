import type { Handler } from '../context.ts';

export const blockRemove: Handler<'block.remove'> = async ({ store }, { params, session }) => {
  await store.write((tx) =>
    tx.deleteFrom('blocks').where('user_id', '=', session.userId).where('blocked_id', '=', params.userId).execute(),
  );
  return { result: {} };
};
