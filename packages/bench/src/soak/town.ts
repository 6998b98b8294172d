import type { ConversationKind, Result } from '@parley/protocol';
import type { ServerProcess } from '@parley/server/test/server-process.ts';
import { http } from '@parley/server/test/socket-client.ts';

export interface Citizen {
  readonly id: number;
  readonly userName: string;
  readonly token: string;
}

/** A conversation everything of which is written down and judged. */
export interface Judged {
  readonly id: number;
  readonly kind: ConversationKind;
  readonly members: readonly Citizen[];
}

/** Who lives in a soak, and where they meet. */
export interface Town {
  readonly apiUrl: string;
  readonly socketUrl: string;
  readonly socketPort: number;
  readonly tcpPort: number;
  readonly judged: readonly Judged[];
  /** Are in judged conversations. */
  readonly recorders: readonly Citizen[];
  /** Talk in the market all the time. */
  readonly traders: readonly Citizen[];
  /** Come and go. */
  readonly commuters: readonly Citizen[];
  /** An open room. */
  readonly market: number;
  /** A group whose members change; the first trader owns it. */
  readonly club: number;
}

export const password = 'soak through and through';
/** Of the traders, the first ones. */
export const clubMembers = 3;
const [recorders, traders, commuters] = [6, 6, 8];

export async function buildTown(server: ServerProcess): Promise<Town> {
  const { apiUrl, socketUrl, ports } = server;
  const citizens: Citizen[] = [];
  for (let number = 1; number <= recorders + traders + commuters; number++)
    citizens.push(await register(apiUrl, `citizen${number}`));
  const parts = {
    recorders: citizens.slice(0, recorders),
    traders: citizens.slice(recorders, recorders + traders),
    commuters: citizens.slice(recorders + traders),
  };
  const market = await openRoom(apiUrl, 'Market', parts.traders);
  const club = await openGroup(apiUrl, 'Club', parts.traders.slice(0, clubMembers));
  return {
    apiUrl,
    socketUrl,
    socketPort: ports.ws,
    tcpPort: ports.tcp[0],
    ...parts,
    judged: await openJudged(apiUrl, parts.recorders),
    market,
    club,
  };
}

async function openJudged(apiUrl: string, members: readonly Citizen[]): Promise<Judged[]> {
  const [ann, ben] = members.slice(0, 2);
  if (ann === undefined || ben === undefined) throw new RangeError('A direct conversation takes two.');
  const direct = { token: ann.token, body: { userId: ben.id } };
  const { conversation } = await http<Result<'conversation.direct'>>(`${apiUrl}/directs`, direct);
  return [
    { id: conversation.id, kind: 'direct', members: [ann, ben] },
    { id: await openGroup(apiUrl, 'Council', members.slice(0, 5)), kind: 'group', members: members.slice(0, 5) },
    { id: await openRoom(apiUrl, 'Square', members), kind: 'room', members },
  ];
}

async function register(apiUrl: string, userName: string): Promise<Citizen> {
  const { account, token } = await http<Result<'account.register'>>(`${apiUrl}/accounts`, {
    body: { userName, password },
  });
  return { id: account.id, userName, token };
}

async function openGroup(apiUrl: string, title: string, [owner, ...others]: readonly Citizen[]): Promise<number> {
  const body = { kind: 'group', title, memberIds: others.map(({ id }) => id) };
  return create(apiUrl, owner, body);
}

async function openRoom(apiUrl: string, title: string, [owner, ...others]: readonly Citizen[]): Promise<number> {
  const id = await create(apiUrl, owner, { kind: 'room', title });
  for (const { token } of others) await http(`${apiUrl}/conversations/${id}/join`, { token, body: {} });
  return id;
}

async function create(apiUrl: string, owner: Citizen | undefined, body: object): Promise<number> {
  if (owner === undefined) throw new RangeError('A conversation needs an owner.');
  const { conversation } = await http<Result<'conversation.create'>>(`${apiUrl}/conversations`, {
    token: owner.token,
    body,
  });
  return conversation.id;
}
