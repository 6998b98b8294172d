import { errorTable, type Command, type CommandName, type ErrorCode } from '@parley/protocol';
import { parametersOf } from '@parley/protocol/documents';
import type { SignedIn, World } from './world.ts';

/** How a command may be given: on a socket, over HTTP, or by one of gochat's routes. */
export const ways = ['socket', 'http', 'seed'] as const;
export type Way = (typeof ways)[number];

type Params = Readonly<Record<string, unknown>>;

export interface Asked {
  readonly command: Command;
  readonly params: Params;
  readonly caller: SignedIn | undefined;
}

/** gochat's routes by the command they give, and what their bodies are made of. */
const seedRoutes: Readonly<Partial<Record<CommandName, readonly (readonly [string, (params: Params) => object])[]>>> = {
  'session.get': [['/user/checkAuth', () => ({})]],
  'session.delete': [['/user/logout', () => ({})]],
  'message.send': [['/push/pushRoom', ({ conversationId }) => ({ msg: 'hello', roomId: conversationId })]],
  'conversation.get': [
    ['/push/count', ({ conversationId }) => ({ roomId: conversationId })],
    ['/push/getRoomInfo', ({ conversationId }) => ({ roomId: conversationId })],
  ],
  'conversation.direct': [['/push/push', ({ userId }) => ({ msg: 'hello', toUserId: String(userId), roomId: 1 })]],
};
const seedCodes = { success: 0, session: 40_000 } as const;
const codesByMeaning = new Map(
  Object.entries(errorTable).map(([code, { meaning }]): [string, string] => [meaning, code]),
);

/** Whether a command can be given that way at all. */
export function isWayOf(way: Way, { name, http }: Command): boolean {
  return way === 'socket' || (way === 'http' ? http !== undefined : seedRoutes[name as CommandName] !== undefined);
}

/** `ok`, or the code of the refusal; several routes that do not agree are all named. */
export async function ask(world: World, way: Way, asked: Asked): Promise<string> {
  if (way === 'socket') return overSocket(world, asked);
  if (way === 'http') return overHttp(world, asked);
  const answers = new Set<string>();
  for (const route of seedRoutes[asked.command.name as CommandName] ?? [])
    answers.add(await overSeed(world, route, asked));
  return [...answers].join(' or ');
}

async function overSocket(world: World, { command, params, caller }: Asked): Promise<string> {
  const { error } = await world.test.outcome(command.name, params, world.test.socketOf(caller?.session));
  return error?.code ?? 'ok';
}

async function overHttp(world: World, asked: Asked): Promise<string> {
  const response = await world.api.fetch(requestFor(asked), '127.0.0.1');
  if (response.ok) return response.status === asked.command.http?.status ? 'ok' : `status ${response.status}`;
  const { code } = (await response.json()) as { code: ErrorCode };
  return response.status === errorTable[code].status ? code : `${code} with status ${response.status}`;
}

async function overSeed(
  world: World,
  [path, bodyOf]: readonly [string, (params: Params) => object],
  { params, caller }: Asked,
): Promise<string> {
  const body = JSON.stringify({ ...bodyOf(params), ...(caller === undefined ? {} : { authToken: caller.token }) });
  const request = new Request(`http://api.test${path}`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json' },
  });
  const response = await world.api.fetch(request, '127.0.0.1');
  const { code, message } = (await response.json()) as { code: number; message: string };
  if (code === seedCodes.success) return 'ok';
  return code === seedCodes.session ? 'unauthenticated' : (codesByMeaning.get(message) ?? message);
}

function requestFor({ command, params, caller }: Asked): Request {
  const places = new Map(parametersOf(command).map(({ name, place }) => [name, place]));
  const { method = 'GET', path = '' } = command.http ?? {};
  const elsewhere = Object.entries(params).filter(([name]) => places.get(name) !== 'path');
  const url = new URL(
    `http://api.test/v1${path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(params[name])))}`,
  );
  const hasBody = method !== 'GET' && method !== 'DELETE';
  if (!hasBody) for (const [name, value] of elsewhere) url.searchParams.set(name, String(value));
  const headers = {
    ...(caller === undefined ? {} : { Authorization: `Bearer ${caller.token}` }),
    ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
  };
  return new Request(url, {
    method,
    headers,
    ...(hasBody ? { body: JSON.stringify(Object.fromEntries(elsewhere)) } : {}),
  });
}
