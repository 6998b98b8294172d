import { changesSince } from '../changes.ts';
import type { Handler } from '../context.ts';

export const sessionChanges: Handler<'session.changes'> = async ({ store, clock }, { params, session }) => {
  const asked = { userId: session.userId, since: params.since, asOf: clock.now() };
  return { result: (await changesSince(store.db, asked)).answer };
};
