import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { errorTable, type ErrorCode } from '@parley/protocol';
import { openApiDocument } from '@parley/protocol/documents';
import fc from 'fast-check';
import { Schemas, type Schema } from './fuzz/json-schema.ts';
import { operationsOf, type Operation } from './fuzz/operation.ts';
import { RawHttp, type RawAnswer } from './fuzz/raw-http.ts';
import { requestsTo, sureRequests, type FuzzRequest } from './fuzz/request.ts';
import { Values } from './fuzz/values.ts';
import { FuzzWorld } from './fuzz/world.ts';

/** In CI always the same. `PARLEY_FUZZ_SEED` repeats a run, `PARLEY_FUZZ_TIMES` makes it so many times as long. */
const seed = Number(process.env['PARLEY_FUZZ_SEED'] ?? (process.env['CI'] === 'true' ? 1 : Date.now() % 1_000_000));
const times = Number(process.env['PARLEY_FUZZ_TIMES'] ?? 1);
const runs = { usual: 150 * times, hashing: 40 * times } as const;
/** They hash a password each time. */
const hashing = new Set(['account.register', 'session.create', 'account.claim', 'account.changePassword']);
/** What may end, or change the kind of, the session that asks. */
const ending = new Set([
  'session.delete',
  'device.end',
  'account.claim',
  'account.changePassword',
  'session.create',
  'account.guest',
  'account.register',
]);
/** Codes of requests that reach no operation: another path or method came of them. */
const ofNoOperation = new Set<string>(['unknown-command', 'method-not-allowed']);

/** Only names and paths of operations are needed before the server runs; the document itself is the server's. */
const planned = operationsOf(openApiDocument({ title: 'Parley', version: '0' }));
const tally = { requests: 0, successes: new Map<string, number>(), codes: new Set<string>() };
let world: FuzzWorld;
let document: Schema;
let schemas: Schemas;
let client: RawHttp;
let operations: ReadonlyMap<string, Operation>;

beforeAll(async () => {
  world = await FuzzWorld.open();
  document = (await (await fetch(`http://127.0.0.1:${world.server.ports.api}/openapi.json`)).json()) as Schema;
  schemas = new Schemas(document);
  operations = new Map(operationsOf(document).map((operation) => [operation.id, operation]));
  client = new RawHttp(world.server.ports.api);
});

afterAll(async () => {
  client.close();
  await world[Symbol.asyncDispose]();
  const good = [...tally.successes.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(
    `http fuzz: seed ${seed}, ${planned.length} operations, ${tally.requests} requests, ${good} done, ${tally.codes.size} codes of refusals\n`,
  );
});

describe('whatever is asked, the answer is documented', () => {
  for (const { id } of planned)
    test(
      id,
      async () => {
        const operation = operations.get(id);
        if (operation === undefined) throw new Error(`${id} is not in the server’s document.`);
        const pool = await world.furnish();
        const values = new Values(document, pool);
        await fc.assert(
          fc.asyncProperty(requestsTo(operation, values), (request) => check(operation, request)),
          {
            seed,
            numRuns: hashing.has(id) ? runs.hashing : runs.usual,
            endOnFailure: true,
            examples: sureRequests(id, pool).map((request) => [request]),
          },
        );
        expect([id, tally.successes.get(id) ?? 0]).not.toEqual([id, 0]);
      },
      60_000 * times,
    );
});

test('nothing failed within', async () => {
  expect([...operations.keys()].toSorted()).toEqual(planned.map(({ id }) => id).toSorted());
  expect(await world.defects()).toEqual([]);
});

test('the file of the store is whole', () => {
  expect(world.integrity()).toEqual({ integrity_check: 'ok' });
  expect(tally.codes.size).toBeGreaterThan(12);
});

async function check(operation: Operation, request: FuzzRequest): Promise<void> {
  const token = world.token(request.role);
  const headers = { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...request.headers };
  const answer = await client.ask({ ...request, headers });
  tally.requests++;
  const fault =
    answer.status < 400 ? successFault(operation, request, answer) : refusalFault(operation, request, answer);
  if (ending.has(operation.id)) await world.renew(request.role);
  if (fault !== undefined) throw new Error(`${fault}\n${answer.status} ${answer.body.slice(0, 500)}`);
}

function successFault(
  operation: Operation,
  { kind, method }: FuzzRequest,
  { status, body }: RawAnswer,
): string | undefined {
  const schema = operation.successes.get(status);
  // Another method or path is another operation, or none: what it answers is checked with that one.
  if (method !== operation.method || kind === 'path') return undefined;
  if (schema === undefined) return `${status} is not documented.`;
  tally.successes.set(operation.id, (tally.successes.get(operation.id) ?? 0) + 1);
  return schemas.fault(schema, JSON.parse(body));
}

function refusalFault(operation: Operation, request: FuzzRequest, answer: RawAnswer): string | undefined {
  const { status, headers, body } = answer;
  // What the runtime refuses before it is a request: a request line or headers it does not read.
  if (body === '' && (status === 400 || status === 431) && mayBeUnreadable(request)) return undefined;
  if (request.method === 'HEAD') return status >= 500 ? 'A defect.' : undefined;
  if (headers.get('content-type') !== 'application/problem+json')
    return `It is no problem: ${headers.get('content-type')}.`;
  const problem = JSON.parse(body) as { readonly code: ErrorCode; readonly status: number; readonly requestId: string };
  const fault = schemas.fault({ $ref: '#/components/schemas/Problem' }, problem);
  if (fault !== undefined) return fault;
  tally.codes.add(problem.code);
  if (errorTable[problem.code].status !== status || problem.status !== status)
    return 'The status is not that of the code.';
  if (headers.get('x-request-id') !== problem.requestId) return 'The request’s id is not in its header.';
  if (status >= 500) return 'A defect, or more than this server should have been given.';
  if (/node_modules|\/packages\/|\.ts:\d|\n\s+at /.test(body)) return 'It tells of its own source.';
  if (request.method !== operation.method || ofNoOperation.has(problem.code)) return strayFault(request, problem.code);
  return operation.refusals.get(status)?.has(problem.code) === true
    ? undefined
    : `${problem.code} is not documented here.`;
}

/** Only what names another path or method may end where no operation is. */
function strayFault({ kind }: FuzzRequest, code: string): string | undefined {
  return kind === 'method' || kind === 'path' || !ofNoOperation.has(code)
    ? undefined
    : `${code} came of a ${kind} request.`;
}

function mayBeUnreadable({ kind }: FuzzRequest): boolean {
  return kind === 'path' || kind === 'query' || kind === 'header';
}
