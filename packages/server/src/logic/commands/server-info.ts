import { limits, type Result } from '@parley/protocol';
import { prepared } from '../prepared.ts';
import { lobbyId } from '../lobby.ts';
import type { Handler } from '../context.ts';

const lobby = prepared<{ id: number }, { id: number }>((db, slot) =>
  db.selectFrom('conversations').select('id').where('id', '=', slot.id).where('kind', '=', 'room'),
);

export const serverInfo: Handler<'server.info'> = async ({ store, policy }) => {
  const [found] = await lobby(store.db, { id: lobbyId });
  const result: Result<'server.info'> = {
    name: policy.serverName,
    version: policy.serverVersion,
    guests: policy.hasGuests,
    registration: policy.hasRegistration,
    limits,
    ...(found === undefined ? {} : { lobbyId }),
  };
  return { result };
};
