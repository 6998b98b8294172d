import { topicOf } from '../../delivery.ts';
import type { Handler } from '../context.ts';
import { presenceStates } from '../presence-states.ts';

export const presenceWatch: Handler<'presence.watch'> = async (context, { params, session }) => {
  const watched = await presenceStates(context, session.userId, params.userIds);
  const shown = watched.filter(({ isShown }) => isShown);
  return {
    result: { items: watched.map(({ state }) => state) },
    effects: { presence: shown.map(({ state }) => topicOf.presence(state.userId)) },
  };
};
