import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { commandList, errorTable, findCommand, type Command, type CommandName, type ErrorCode } from '@parley/protocol';
import { errorsOf, parametersOf } from '@parley/protocol/documents';
import { expectations, type Expectation } from './permission/expectations.ts';
import { kinds, personas, World, type Kind, type Persona, type Place, type SignedIn } from './permission/world.ts';

const ways = ['socket', 'http'] as const;
type Way = (typeof ways)[number];

interface Asking {
  readonly command: Command;
  readonly expectation: Expectation;
  readonly persona: Persona;
  readonly way: Way;
}

const columns = ['owner', 'admin', 'member', 'ex-member', 'stranger'] as const;
const timeout = { timeout: 60_000 };
let world: World;

beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('permission', () => {
  for (const name of Object.keys(expectations) as CommandName[]) {
    const command = findCommand(name) as Command;
    for (const expectation of expectations[name])
      test(
        `${name}${expectation.what === undefined ? '' : ` (${expectation.what})`} answers everyone as it must, over sockets and HTTP`,
        timeout,
        async () => {
          const [actual, expected]: [string[], string[]] = [[], []];
          for (const kind of kindsOf(expectation))
            await compareKind({ command, expectation, kind }, { actual, expected });
          expect(actual).toEqual(expected);
        },
      );
  }

  test('every command stands in the matrix', () => {
    expect(Object.keys(expectations).toSorted()).toEqual(commandList.map(({ name }) => name as string).toSorted());
  });

  test('every refusal the matrix expects is documented with its command', () => {
    for (const [name, rows] of Object.entries(expectations)) {
      const documented = new Set<string>(errorsOf(findCommand(name) as Command));
      const refusals = rows.flatMap(({ expected }) =>
        Object.values(typeof expected === 'string' ? [expected] : expected).flatMap((row) => row.split(' ')),
      );
      for (const code of new Set(refusals))
        if (code !== 'ok' && code !== '-') expect([name, code, documented.has(code)]).toEqual([name, code, true]);
    }
  });

  test(
    'identity never comes from the payload: a forged field is refused by every command, over sockets and HTTP',
    timeout,
    async () => {
      const place = await world.place('room');
      const owner = world.session('owner').userId;
      for (const [name, [expectation]] of Object.entries(expectations) as [CommandName, readonly Expectation[]][]) {
        if (expectation === undefined) continue;
        const command = findCommand(name) as Command;
        for (const forged of [
          { senderId: owner },
          { session: { userId: owner } },
          JSON.parse(`{"__proto__":{"userId":${owner}}}`) as object,
        ]) {
          if (name === 'message.search' && 'senderId' in forged) continue;
          const params = Object.defineProperties(
            { ...expectation.params(place, world, 'member') },
            Object.getOwnPropertyDescriptors(forged),
          );
          const asking: Asking = { command, expectation, persona: 'member', way: 'socket' };
          expect([name, await overSocket(asking, params, world.signedIn.get('member'))]).toEqual([
            name,
            'invalid-params',
          ]);
          if (command.http === undefined) continue;
          expect([name, await overHttp(asking, params, world.signedIn.get('member'))]).toEqual([
            name,
            'invalid-params',
          ]);
        }
      }
    },
  );
});

function kindsOf({ expected }: Expectation): readonly Kind[] {
  return typeof expected === 'string' ? ['room'] : kinds.filter((kind) => expected[kind] !== undefined);
}

async function compareKind(
  { command, expectation, kind }: { command: Command; expectation: Expectation; kind: Kind },
  lines: { actual: string[]; expected: string[] },
): Promise<void> {
  let place = await world.place(kind);
  for (const way of ways) {
    if (way === 'http' && command.http === undefined) continue;
    for (const persona of personas) {
      const asking = { command, expectation, persona, way };
      const expected = expectedOf(asking, kind);
      if (expected === '-') continue;
      const label = `${kind} ${way} ${persona}: `;
      const { answer, hasChanged } = await ask(asking, place);
      lines.actual.push(`${label}${answer}${answer !== 'ok' && hasChanged ? ', but something changed' : ''}`);
      lines.expected.push(`${label}${expected}`);
      if (hasChanged) place = await world.place(kind);
    }
  }
}

function expectedOf({ command, expectation, persona, way }: Asking, kind: Kind): string {
  const row = typeof expectation.expected === 'string' ? expectation.expected : (expectation.expected[kind] ?? '');
  const of = (column: (typeof columns)[number]): string => row.split(' ')[columns.indexOf(column)] ?? '';
  if (persona === 'ended device' && way === 'socket') return '-';
  const isUnknown = persona === 'anonymous' || persona === 'ended device';
  if (isUnknown) return command.access === 'anonymous' ? of('stranger') : 'unauthenticated';
  if (persona === 'other device') return of('member');
  if (persona !== 'guest') return of(persona);
  return expectation.guest ?? (command.access === 'account' ? 'guest-not-allowed' : of('stranger'));
}

async function ask(asking: Asking, place: Place): Promise<{ readonly answer: string; readonly hasChanged: boolean }> {
  const { expectation, persona, way } = asking;
  const caller = expectation.isFinal === true ? await world.disposable(persona) : world.signedIn.get(persona);
  const params = expectation.params(place, world, persona);
  const before = await world.stateOf(place);
  const answer = await (way === 'socket' ? overSocket : overHttp)(asking, params, caller);
  return { answer, hasChanged: (await world.stateOf(place)) !== before };
}

async function overSocket({ command }: Asking, params: object, caller: SignedIn | undefined): Promise<string> {
  const { error } = await world.test.outcome(command.name, params, world.test.socketOf(caller?.session));
  return error?.code ?? 'ok';
}

async function overHttp(
  { command }: Asking,
  params: Readonly<Record<string, unknown>>,
  caller: SignedIn | undefined,
): Promise<string> {
  const response = await world.api.fetch(requestFor(command, params, caller), '127.0.0.1');
  if (response.ok) {
    expect(response.status).toBe(command.http?.status ?? 0);
    return 'ok';
  }
  const { code } = (await response.json()) as { code: ErrorCode };
  expect(response.status).toBe(errorTable[code].status);
  return code;
}

function requestFor(
  command: Command,
  params: Readonly<Record<string, unknown>>,
  caller: SignedIn | undefined,
): Request {
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
