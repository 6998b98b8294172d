import type { Result } from '@parley/protocol';
import { http } from '@parley/server/test/socket-client.ts';
import { fetchVisible } from '../checker/fetch-visible.ts';
import { readStored } from '../checker/read-stored.ts';
import type { PresenceTruth, Truth } from '../checker/truth.ts';
import type { Cast } from './cast.ts';
import type { Town } from './town.ts';

/** How things stand: from the database file, through the API as each member gets it, and from the judged devices. */
export async function readTruth(path: string, town: Town, cast: Cast): Promise<Truth> {
  const conversations = await Promise.all(
    town.judged.map(async ({ id, members }) => {
      const readers = members.map(({ id: userId, token }) => ({ userId, token }));
      const fetched = await Promise.all(readers.map((reader) => fetchVisible(town.apiUrl, id, reader)));
      return { ...readStored(path, id), fetched };
    }),
  );
  return { conversations, devices: cast.judged.map((device) => device.truth()), presence: await presenceTruth(town) };
}

/** Only those who stay are connected. */
async function presenceTruth({ apiUrl, recorders, traders, commuters }: Town): Promise<PresenceTruth[]> {
  const userIds = [...recorders, ...traders, ...commuters].map(({ id }) => id);
  const token = recorders[0]?.token ?? '';
  const { items } = await http<Result<'presence.get'>>(`${apiUrl}/presence/lookup`, { token, body: { userIds } });
  const present = new Set([...recorders, ...traders].map(({ id }) => id));
  return items.map(({ userId, isOnline }) => ({ userId, isOnline, isConnected: present.has(userId) }));
}
