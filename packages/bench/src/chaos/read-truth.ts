import { limits, type Message, type Result } from '@parley/protocol';
import { http } from '@parley/server/test/socket-client.ts';
import type { Gauges } from '../checker/history-event.ts';
import type { ConversationTruth, FetchedTruth, PresenceTruth, Truth } from '../checker/truth.ts';
import type { Cast } from './cast.ts';
import type { Deployment } from './deployment/deployment.ts';
import { people, placeNames, places, type PlaceName, type World } from './world.ts';

export interface TruthParts {
  readonly deployment: Deployment;
  readonly world: World;
  readonly cast: Cast;
  readonly gauges: { readonly baseline: Gauges; readonly final: Gauges };
}

/** Places whose traffic is not taken down, only counted: what floods them would fill the history. */
export const unjudged: ReadonlySet<PlaceName> = new Set(['flood']);

/** How things stand: from the database, through the API as each member gets it, and from the devices. */
export async function readTruth(parts: TruthParts): Promise<Truth> {
  const judged = placeNames.filter((name) => !unjudged.has(name));
  const conversations = await Promise.all(judged.map((name) => conversationTruth(parts, name)));
  const devices = parts.cast.devices.flatMap((device) => device.truth() ?? []);
  return { conversations, devices, presence: await presenceTruth(parts), gauges: parts.gauges };
}

async function conversationTruth({ deployment, world }: TruthParts, name: PlaceName): Promise<ConversationTruth> {
  const conversationId = world.places[name];
  const { head, minSeq, messages, members } = deployment.stored(conversationId);
  const readers = people
    .map((person) => world.people[person])
    .filter(({ id }) => members.some(({ userId, isActive }) => isActive && userId === id));
  const fetched = await Promise.all(
    readers.map(({ id, token }) => fetchAll(apiUrl(deployment), { conversationId, userId: id, token })),
  );
  return { conversationId, kind: places[name].kind, head, minSeq, stored: messages, members, fetched };
}

interface Reader {
  readonly conversationId: number;
  readonly userId: number;
  readonly token: string;
}

/** Everything, page by page from the beginning. */
async function fetchAll(url: string, { conversationId, userId, token }: Reader): Promise<FetchedTruth> {
  const items: Message[] = [];
  for (;;) {
    const after = items.at(-1)?.seq ?? 0;
    const page = await http<Result<'message.history'>>(
      `${url}/conversations/${conversationId}/messages?after=${after}&limit=${limits.pageMax}`,
      { token },
    );
    items.push(...page.items);
    if (!page.hasNewer) return { userId, items, head: { seq: page.seq, version: page.version } };
  }
}

async function presenceTruth({ deployment, world, cast }: TruthParts): Promise<PresenceTruth[]> {
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
