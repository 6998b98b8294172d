import type { Result } from '@parley/protocol';
import { presenceLimits } from '@parley/server/src/presence/presence.ts';
import { http } from '@parley/server/test/socket-client.ts';
import { fetchVisible } from '../checker/fetch-visible.ts';
import type { ConversationTruth, PresenceTruth, Truth } from '../checker/truth.ts';
import type { Cast } from './cast.ts';
import type { Deployment } from './deployment/deployment.ts';
import { people, placeNames, type PlaceName, type World } from './world.ts';

export interface TruthParts {
  readonly deployment: Deployment;
  readonly world: World;
  readonly cast: Cast;
  readonly gauges: Truth['gauges'];
}

/** Places whose traffic is not taken down, only counted: what floods them would fill the history. */
export const unjudged: ReadonlySet<PlaceName> = new Set(['flood']);

/** With what a busy machine adds. */
const convergesWithinMs = presenceLimits.nodeTtlMs + 5_000;
const pollMs = 500;

/** How things stand: from the database, through the API as each member gets it, and from the devices. */
export async function readTruth(parts: TruthParts): Promise<Truth> {
  const judged = placeNames.filter((name) => !unjudged.has(name));
  const conversations = await Promise.all(judged.map((name) => conversationTruth(parts, name)));
  const devices = parts.cast.devices.flatMap((device) => device.truth() ?? []);
  return { conversations, devices, presence: await presenceTruth(parts), gauges: parts.gauges };
}

async function conversationTruth({ deployment, world }: TruthParts, name: PlaceName): Promise<ConversationTruth> {
  const conversationId = world.places[name];
  const stored = await deployment.stored(conversationId);
  const readers = people
    .map((person) => world.people[person])
    .filter(({ id }) => stored.members.some(({ userId, isActive }) => isActive && userId === id));
  const fetched = await Promise.all(
    readers.map(({ id, token }) => fetchVisible(apiUrl(deployment), conversationId, { userId: id, token })),
  );
  return { ...stored, fetched };
}

/** Who was on a node that was killed counts as there until its routes end. [P3, I14] */
async function presenceTruth(parts: TruthParts): Promise<PresenceTruth[]> {
  const until = performance.now() + convergesWithinMs;
  for (;;) {
    const truth = await presenceNow(parts);
    if (truth.every(({ isOnline, isConnected }) => isOnline === isConnected) || performance.now() > until) return truth;
    await Bun.sleep(pollMs);
  }
}

async function presenceNow({ deployment, world, cast }: TruthParts): Promise<PresenceTruth[]> {
  const userIds = people.map((name) => world.people[name].id);
  const { token } = world.people.ann;
  const answer = await http<Result<'presence.get'>>(`${apiUrl(deployment)}/presence/lookup`, {
    token,
    body: { userIds },
  });
  const connected = new Set(cast.devices.filter((device) => device.holdsSocket).map(({ person }) => person.id));
  return answer.items.map(({ userId, isOnline }) => ({ userId, isOnline, isConnected: connected.has(userId) }));
}

export function apiUrl({ entrances }: Deployment): string {
  return `http://127.0.0.1:${entrances[0]?.api}/v1`;
}
