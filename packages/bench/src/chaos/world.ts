import type { ParamsInput, Result } from '@parley/protocol';
import { http } from '@parley/server/test/socket-client.ts';

/**
 * Everybody, in the order their accounts are made. `gus` comes and goes, `mal` belongs nowhere but in the open, `sam` uses gochat's
 * clients; `ivy` and `joe` have no device of their own and flood the server when it is time.
 */
export const people = ['ann', 'ben', 'cat', 'dan', 'eve', 'gus', 'mal', 'sam', 'ivy', 'joe'] as const;
export type PersonName = (typeof people)[number];

/** Conversations; the first member owns it. */
export const places = {
  pair: { kind: 'direct', members: ['ann', 'ben'] },
  duo: { kind: 'direct', members: ['cat', 'dan'] },
  team: { kind: 'group', members: ['ann', 'ben', 'cat', 'dan'] },
  club: { kind: 'group', members: ['dan', 'ann', 'eve'] },
  flood: { kind: 'direct', members: ['ivy', 'joe'] },
  hall: { kind: 'room', members: ['eve', 'ann', 'ben', 'cat', 'dan', 'gus', 'mal'] },
} as const satisfies Record<string, { kind: 'direct' | 'group' | 'room'; members: readonly PersonName[] }>;
export type PlaceName = keyof typeof places;
export const placeNames = Object.keys(places) as PlaceName[];

/** Who is added and removed while the run goes, and where. */
export const visitor = { person: 'gus', place: 'team' } as const satisfies { person: PersonName; place: PlaceName };

/** The room that gochat's clients enter; the server makes it on first use. */
export const seedRoomId = 77;

export const password = 'correct horse battery';

export interface Person {
  readonly name: PersonName;
  readonly id: number;
  readonly token: string;
}

export interface World {
  readonly people: Readonly<Record<PersonName, Person>>;
  readonly places: Readonly<Record<PlaceName, number>>;
}

/** Makes the accounts and the conversations, over HTTP. */
export async function buildWorld(apiUrl: string): Promise<World> {
  const all = await Promise.all(people.map((name) => register(apiUrl, name)));
  const byName = Object.fromEntries(all.map((person) => [person.name, person])) as World['people'];
  const ids = await Promise.all(placeNames.map(async (name) => [name, await open(apiUrl, byName, name)] as const));
  return { people: byName, places: Object.fromEntries(ids) as World['places'] };
}

export function placesOf(person: PersonName): PlaceName[] {
  return placeNames.filter((name) => (places[name].members as readonly PersonName[]).includes(person));
}

/** Also those where one is only now and then. */
export function placesSeenBy(person: PersonName): PlaceName[] {
  return person === visitor.person ? [...placesOf(person), visitor.place] : placesOf(person);
}

async function register(apiUrl: string, name: PersonName): Promise<Person> {
  const body: ParamsInput<'account.register'> = { userName: name, password };
  const { account, token } = await http<Result<'account.register'>>(`${apiUrl}/accounts`, { body });
  return { name, id: account.id, token };
}

async function open(apiUrl: string, byName: World['people'], name: PlaceName): Promise<number> {
  const { kind, members } = places[name];
  const [owner, ...others] = members.map((member) => byName[member]) as [Person, ...Person[]];
  const at = { token: owner.token };
  if (kind === 'direct') {
    const body = { userId: others[0]?.id };
    return (await http<Result<'conversation.direct'>>(`${apiUrl}/directs`, { ...at, body })).conversation.id;
  }
  const memberIds = kind === 'group' ? others.map(({ id }) => id) : [];
  const body = { kind, title: name, memberIds };
  const { conversation } = await http<Result<'conversation.create'>>(`${apiUrl}/conversations`, { ...at, body });
  if (kind === 'room')
    for (const { token } of others) await http(`${apiUrl}/conversations/${conversation.id}/join`, { token, body: {} });
  return conversation.id;
}
