import { changesSince } from '../changes.ts';
import type { Handler } from '../context.ts';

export const sessionChanges: Handler<'session.changes'> = async (context, { params, session }) => {
  const { store, clock, clockSteps } = context;
  const { since } = params;
  const asOf = clock.now();
  const isUntrusted = since !== undefined && !(await clockSteps.trusts(since));
  const asked = { userId: session.userId, since, asOf, isUntrusted };
  return { result: (await changesSince(store.db, asked)).answer };
};
