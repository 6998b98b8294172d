import { expect, test } from 'bun:test';
import { quiet } from '../../test/connect/test-node.ts';
import { CutOff } from '../../test/cut-off.ts';
import { ListedNodes, openNetwork, secret } from '../../test/rpc/http-network.ts';
import { systemClock, type Clock } from '../clock.ts';
import { topicOf, type Delivery } from '../delivery.ts';
import { HttpRpc } from './http.ts';
import { networkConformance } from './network.conformance.ts';
import { lineLimits } from './node-line.ts';
import { rpcConformance } from './rpc.conformance.ts';
import type { ConnectService, Head, LogicService } from './rpc.ts';

/** By which nobody gives up. */
const due = Number.MAX_SAFE_INTEGER;
const loopback = { hostname: '127.0.0.1', port: 0 };

interface Ends extends AsyncDisposable {
  readonly caller: HttpRpc;
  readonly callee: HttpRpc;
  readonly port: number;
  readonly nodes: ListedNodes;
  /** Where the caller looks for the callee. */
  listAt(port: number): void;
  readonly logged: unknown[];
}

function openEnds(deadlineMs = 60_000, clock: Clock = systemClock): Ends {
  const nodes = new ListedNodes();
  const logged: unknown[] = [];
  const log = { ...quiet, warn: (facts: object, text: string) => void logged.push([text, facts]) };
  const node = { nodeId: 'callee', bootId: 'boot-1' };
  const callee = new HttpRpc({ node, nodes, secret, log, deadlineMs, clock });
  const port = callee.listen(loopback);
  const listAt = (at: number): void => nodes.set({ ...node, address: `http://127.0.0.1:${at}`, isDraining: false });
  listAt(port);
  const caller = new HttpRpc({ node: { nodeId: 'caller', bootId: 'boot-2' }, nodes, secret, log, deadlineMs, clock });
  const close = async () => void (await Promise.all([caller.close(), callee.close()]));
  return { caller, callee, port, nodes, listAt, logged, [Symbol.asyncDispose]: close };
}

rpcConformance('http', {
  async open({ deadlineMs }) {
    const { caller, callee } = openEnds(deadlineMs);
    return { caller, callee, calleeNodeId: 'callee' };
  },
});

networkConformance('http', { open: async (limits) => openNetwork(limits) });

test('C10 a request that comes after a later one of its caller, or a second time, is refused', async () => {
  await using ends = openEnds();
  const begun: number[] = [];
  ends.callee.serve(
    'logic',
    logicWith(async ([id = 0]) => (begun.push(id), [])),
  );
  const statusOf = async (order: string, id: number): Promise<number> =>
    (await post(ends.port, { 'parley-order': order, body: `[["logic","heads",[[${id}]],${due}]]` })).status;
  expect(await statusOf('one 1', 1)).toBe(200);
  expect(await statusOf('one 5', 5)).toBe(200);
  expect(await statusOf('one 4', 4)).toBe(409);
  expect(await statusOf('one 5', 5)).toBe(409);
  expect(await statusOf('other 1', 11)).toBe(200);
  expect(await statusOf('', 12)).toBe(409);
  expect(begun).toEqual([1, 5, 11]);
});

test('C13 a call is late by the clock of who made it, as the answer to a request without calls tells it apart', async () => {
  await using ends = openEnds();
  const begun: number[] = [];
  ends.callee.serve(
    'logic',
    logicWith(async ([id = 0]) => (begun.push(id), [])),
  );
  const asked = await post(ends.port, {});
  const theirMs = Number(asked.headers.get('parley-clock'));
  const hourMs = 3_600_000;
  const answerTo = async (id: number, dueMs: number): Promise<string> =>
    (
      await post(ends.port, { 'parley-lead': String(theirMs - hourMs), body: `[["logic","heads",[[${id}]],${dueMs}]]` })
    ).text();
  expect(await answerTo(1, hourMs + 60_000)).toBe('{"call":0,"result":[]}\n');
  expect(await answerTo(2, hourMs - 1)).toBe('{"call":0,"isLate":true}\n');
  expect(begun).toEqual([1]);
});

test('C13 nodes whose clocks say anything call each other', async () => {
  await using ends = openEnds();
  ends.callee.serve(
    'logic',
    logicWith(async () => []),
  );
  const clock = { now: () => 0, monotonic: () => performance.now() - 10_000_000 };
  const { nodes } = ends;
  await using far = new HttpRpc({ node: { nodeId: 'far', bootId: 'boot-3' }, nodes, secret, log: quiet, clock });
  for (let count = 0; count < 3; count++) expect(await far.call('logic').heads([1])).toEqual([]);
});

test('C13 a node that was not called for days is not late for the next call', async () => {
  let daysMs = 0;
  const clock = { now: () => 0, monotonic: () => performance.now() + daysMs };
  await using ends = openEnds(5_000, clock);
  ends.callee.serve(
    'logic',
    logicWith(async () => []),
  );
  for (let days = 0; days < 3; days++) {
    daysMs = days * 86_400_000;
    expect(await ends.caller.call('logic', 'callee').heads([1])).toEqual([]);
  }
});

test('C12 without the secret nothing is told, whatever is asked, and a thousand refusals are one line of the log', async () => {
  await using ends = openEnds();
  ends.callee.serve(
    'logic',
    logicWith(() => Promise.reject(new Error('it began'))),
  );
  for (const authorization of ['', 'Bearer', `Bearer ${secret}0`, `Bearer ${secret.slice(1)}`, secret]) {
    const answer = await post(ends.port, { authorization });
    expect([answer.status, await answer.text()]).toEqual([401, '']);
  }
  for (let count = 0; count < 1_000; count++) await post(ends.port, { authorization: 'Bearer guess' });
  expect(ends.logged).toEqual([['Calls without the service secret were refused', { refused: 1 }]]);
});

test('what is no request of a node is refused, and disturbs nobody', async () => {
  await using ends = openEnds();
  ends.callee.serve(
    'logic',
    logicWith(async () => []),
  );
  const bodies = [
    '',
    '{',
    '{}',
    '[1]',
    `[["logic","__proto__",[],${due}]]`,
    `[["toString","heads",[],${due}]]`,
    `[["logic","heads",{},${due}]]`,
    '[["logic","heads",[[1]]]]',
  ];
  for (const body of bodies) expect((await post(ends.port, { body })).status).toBe(400);
  const unclocked = { 'parley-lead': '', body: `[["logic","heads",[[1]],${due}]]` };
  expect((await post(ends.port, unclocked)).status).toBe(400);
  expect((await fetch(`http://127.0.0.1:${ends.port}/rpc`)).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${ends.port}/`)).status).toBe(404);
  expect(await declaring(ends.port, 10_000_000_000)).toStartWith('HTTP/1.1 413');
  expect(await ends.caller.call('logic').heads([1])).toEqual([]);
});

test('C4 a list too long for one request goes in pieces, in order and whole', async () => {
  await using ends = openEnds();
  const arrived: Delivery[] = [];
  let pieces = 0;
  ends.callee.serve(
    'connect',
    connectWith(async (batch) => void (arrived.push(...batch), pieces++)),
  );
  const batch = Array.from({ length: 900 }, (_, index) => raw(`${index} ${'x'.repeat(10_000)}`));
  await ends.caller.call('connect', 'callee').deliver(batch);
  expect(arrived).toEqual(batch);
  expect(pieces).toBeGreaterThan(1);
  const huge = ends.caller.call('connect', 'callee').deliver([raw('x'.repeat(21 * 1_024 * 1_024))]);
  expect(await caught(huge)).toMatchObject({ code: 'frame-too-large', retryable: false });
});

test('C8 a kept socket that was closed meanwhile costs no call', async () => {
  await using ends = openEnds();
  await using way = await CutOff.before(ends.port);
  ends.listAt(way.port);
  const begun: number[] = [];
  ends.callee.serve(
    'logic',
    logicWith(async ([id = 0]) => (begun.push(id), [])),
  );
  await ends.caller.call('logic').heads([1]);
  let cuts = 0;
  way.onSent = () => ++cuts > 1;
  expect(await ends.caller.call('logic').heads([2])).toEqual([]);
  expect(cuts).toBeGreaterThan(1);
  expect(begun).toEqual([1, 2]);
});

test('C8 a command whose answer was cut off ends as unknown, and has begun once', async () => {
  await using ends = openEnds();
  await using way = await CutOff.before(ends.port);
  ends.listAt(way.port);
  let begun = 0;
  const handle: LogicService['handle'] = async (calls) => {
    begun++;
    way.cut();
    return calls.map(() => ({ result: {} }));
  };
  ends.callee.serve('logic', { ...logicWith(async () => []), handle });
  const command = { command: 'x', params: {}, caller: { address: '', requestId: 'r' } };
  expect(await caught(ends.caller.call('logic').handle([command]))).toMatchObject({ code: 'deadline-exceeded' });
  expect(begun).toBe(1);
});

test('C9 a socket that got stuck is not used again', async () => {
  await using ends = openEnds(300);
  await using way = await CutOff.before(ends.port);
  ends.listAt(way.port);
  ends.callee.serve(
    'logic',
    logicWith(async () => []),
  );
  expect(await ends.caller.call('logic').heads([1])).toEqual([]);
  way.isOneWay = true;
  expect(await caught(ends.caller.call('logic').heads([2]))).toMatchObject({ code: 'deadline-exceeded' });
  way.isOneWay = false;
  while ((await caught(ends.caller.call('logic').heads([3]))) instanceof Error) await Bun.sleep(10);
});

test('more calls than may wait for one node are refused as busy', async () => {
  await using ends = openEnds(2_000);
  using silent = Bun.listen({ ...loopback, socket: { data: () => undefined } });
  ends.listAt(silent.port);
  const connect = ends.caller.call('connect', 'callee');
  const calls = Array.from({ length: lineLimits.waitingMax + 1 }, () => caught(connect.end([], 'drain')));
  expect(await calls.at(-1)).toMatchObject({ code: 'busy', retryAfterMs: lineLimits.busyRetryMs });
  expect(await calls[0]).toMatchObject({ code: 'deadline-exceeded' });
});

test('calls between nodes never take the way of a proxy', async () => {
  await using ends = openEnds();
  ends.callee.serve(
    'logic',
    logicWith(async () => [{ conversationId: 1, version: 2, seq: 3 }]),
  );
  const proxy = Bun.serve({ ...loopback, fetch: () => new Response('{"call":0,"result":"of the proxy"}\n') });
  const program = `
    const { HttpRpc } = await import(${JSON.stringify(`${import.meta.dir}/http.ts`)});
    const list = [{ nodeId: 'callee', bootId: 'boot-1', address: 'http://127.0.0.1:${ends.port}', isDraining: false }];
    const nodes = { watch: (_role, tell) => (tell(list), () => undefined) };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const rpc = new HttpRpc({ node: { nodeId: 'c', bootId: 'b' }, nodes, secret: '${secret}', log });
    process.stdout.write(JSON.stringify(await rpc.call('logic').heads([1])));`;
  const env = { ...process.env, HTTP_PROXY: proxy.url.href, http_proxy: proxy.url.href, NO_PROXY: '', no_proxy: '' };
  const child = Bun.spawn([process.execPath, '-e', program], { env, stdout: 'pipe', stderr: 'inherit' });
  expect(await new Response(child.stdout).text()).toBe('[{"conversationId":1,"version":2,"seq":3}]');
  await proxy.stop(true);
});

test('roles this process serves are called here', async () => {
  await using ends = openEnds();
  ends.callee.serve(
    'logic',
    logicWith(async () => [{ conversationId: 1, version: 1, seq: 1 }]),
  );
  const asked = [7];
  let seen: readonly number[] = [];
  const stop = ends.caller.serve(
    'logic',
    logicWith(async (ids) => ((seen = ids), [])),
  );
  expect(await ends.caller.call('logic').heads(asked)).toEqual([]);
  expect(seen).toBe(asked);
  stop();
  expect(await ends.caller.call('logic').heads(asked)).toHaveLength(1);
});

test('a secret that can be guessed is refused', () => {
  const node = { nodeId: 'n', bootId: 'b' };
  expect(() => new HttpRpc({ node, nodes: new ListedNodes(), secret: 'short', log: quiet })).toThrow('too short');
});

function logicWith(heads: (ids: readonly number[]) => Promise<readonly Head[]>): LogicService {
  return {
    handle: async (calls) => calls.map(() => ({ result: {} })),
    closed: async () => undefined,
    heads,
    membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 1, seq: 1 })),
  };
}

function connectWith(deliver: ConnectService['deliver']): ConnectService {
  const listeners = async () => ({ userIds: [], count: 0 });
  return {
    deliver,
    listeners,
    subscribe: async () => undefined,
    end: async () => undefined,
    post: async () => undefined,
  };
}

function raw(text: string): Delivery {
  return { topic: topicOf.conversation(1), push: { push: 'raw', format: 'f', text } };
}

function post(port: number, { body = '[]', ...headers }: Readonly<Record<string, string>>): Promise<Response> {
  const usual = {
    authorization: `Bearer ${secret}`,
    'parley-boot': 'boot-1',
    'parley-lead': '0',
    'parley-order': `${crypto.randomUUID()} 1`,
  };
  return fetch(`http://127.0.0.1:${port}/rpc`, { method: 'POST', headers: { ...usual, ...headers }, body });
}

/** The first line of what is answered to a request that says how long it will be. */
function declaring(port: number, bytes: number): Promise<string> {
  return new Promise((resolve) => {
    void Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        open: (socket) =>
          void socket.write(
            `POST /rpc HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secret}\r\nContent-Length: ${bytes}\r\n\r\n`,
          ),
        data(socket, answer) {
          resolve(answer.toString().split('\r\n')[0] ?? '');
          socket.end();
        },
      },
    });
  });
}

async function caught(work: Promise<unknown>): Promise<unknown> {
  return await work.catch((error: unknown) => error);
}
