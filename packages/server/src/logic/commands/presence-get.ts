import type { Handler } from '../context.ts';
import { presenceStates } from '../presence-states.ts';

export const presenceGet: Handler<'presence.get'> = async (context, { params, session }) => {
  const watched = await presenceStates(context, session.userId, params.userIds);
  return { result: { items: watched.map(({ state }) => state) } };
};
