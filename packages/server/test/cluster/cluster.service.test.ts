import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EtcdRegistry } from '../../src/registry/etcd.ts';
import type { RegisteredNode } from '../../src/registry/registry.ts';
import { quiet } from '../connect/test-node.ts';
import { freePort } from '../free-port.ts';
import { parley } from '../run-parley.ts';
import { SeedTcp, SeedWebSocket, seedPost } from '../seed-client.ts';
import type { ServerProcess } from '../server-process.ts';
import { etcdKind } from '../services/etcd.ts';
import { redisKind } from '../services/redis.ts';
import { describeWith } from '../services/service.ts';
import { http, SocketClient } from '../socket-client.ts';
import { Cluster, rpcSecret } from './cluster.ts';
import { Chatter, Guest } from './guest.ts';

const slow = 180_000;

describeWith(etcdKind, () =>
  describeWith(redisKind, () => {
    test(
      'D4 seed clients and ours talk in one room over five processes, each on another connect node',
      async () => {
        await using cluster = await Cluster.open();
        const [one, two, web] = await startApart(cluster);
        const token = async (userName: string): Promise<string> =>
          (await seedPost<string>(web.ports.api, '/user/register', { userName, passWord: 'correct horse battery' }))
            .data;
        const tcp = await SeedTcp.enter(one.ports.tcp[0], await token('seedtcp'), 1);
        const page = await SeedWebSocket.enter(two.ports.ws, await token('seedpage'), 1);
        await using ann = await Guest.enter(one, web);
        await using ben = await Guest.enter(two, web);
        for (const guest of [ann, ben]) await guest.say(`from a guest ${guest === ann}`);
        await seedPost(web.ports.api, '/push/pushRoom', {
          authToken: await token('seedhttp'),
          msg: 'from the api',
          roomId: 1,
        });
        for (const text of ['from a guest true', 'from a guest false', 'from the api'])
          await Promise.all([tcp.message(text), page.message(text), ann.sees(text), ben.sees(text)]);
        expect(ann.texts).toEqual(ben.texts);
        expect((await ann.client.request('presence.count', { conversationId: 1 })).count).toBe(4);
        tcp.close();
        page.close();
        expectTraced(cluster, { from: one, to: two });
        expectSecretKept(cluster);
        await expectLoopbackOnly(cluster);
      },
      slow,
    );

    test(
      'D1 F1 kill -9 and SIGTERM of a connect, a task and the logic node, and a node more under load, lose no acked message',
      async () => {
        await using cluster = await Cluster.open();
        const [one, two, web, logic, task] = await startApart(cluster);
        await using ann = await Guest.enter(one, web);
        await using ben = await Guest.enter(two, web);
        const chatters = [new Chatter(ann, 'ann'), new Chatter(ben, 'ben')];
        for (const end of ['kill', 'stop'] as const)
          for (const victim of [one, task, logic]) {
            await Bun.sleep(200);
            await victim[end]();
            await Bun.sleep(200);
            await victim.start();
          }
        const three = await cluster.start('connect');
        await using cat = await Guest.enter(three, web);
        await cat.say('cat has come');
        await Promise.all(chatters.map((chatter) => chatter.stop()));
        const acked = [ann, ben, cat].flatMap((guest) => guest.acked);
        expect(acked.length).toBeGreaterThan(20);
        for (const guest of [ann, ben]) for (const text of acked) await guest.sees(text);
        expect(ann.texts).toEqual(ben.texts);
        expect(ann.texts).toHaveLength(new Set(ann.texts).size);
        for (const name of ['ann', 'ben'])
          expect(ann.texts.filter((text) => text.startsWith(name))).toEqual(
            acked.filter((text) => text.startsWith(name)),
          );
      },
      slow,
    );

    test(
      'F3 F4 readyz names what a node misses: the logic, Redis; and etcd, without which it goes on',
      async () => {
        await using cluster = await Cluster.open();
        const [one, , web, logic] = await startApart(cluster);
        expect(await readyz(web)).toEqual([200, { status: 'ready', failed: [] }]);
        await cluster.etcd.kill();
        expect(await readyz(one)).toEqual([200, { status: 'ready', failed: [], missed: ['registry'] }]);
        await using ann = await Guest.enter(one, web);
        await ann.say('without etcd');
        await cluster.etcd.start();
        await logic.kill();
        for (const node of [one, web])
          expect(await readyz(node)).toMatchObject([503, { status: 'not ready', failed: ['logic'] }]);
        await logic.start();
        await cluster.redis.kill();
        expect(await readyz(one)).toMatchObject([503, { failed: ['presence'] }]);
        const figures = await (await fetch(`${one.opsUrl}/metrics`)).text();
        for (const part of ['parley_registry_nodes{role="connect"} 2', 'parley_rpc_seconds_count{call="logic.handle"}'])
          expect(figures).toContain(part);
      },
      slow,
    );

    test(
      'a connect node that is told to stop says so to the registry and to its clients, and another one goes on',
      async () => {
        await using cluster = await Cluster.open();
        const [one, two, web] = await startApart(cluster, { PARLEY_DRAIN_MS: '2000' });
        const { token } = await http<{ token: string }>(`${web.apiUrl}/guests`, { method: 'POST' });
        const socket = await SocketClient.hello(one.socketUrl, token);
        await using registry = await EtcdRegistry.open({ url: cluster.registryUrl, log: quiet });
        const told = nodesWhere(registry, (nodes) => nodes.some(({ isDraining }) => isDraining));
        const gone = nodesWhere(registry, (nodes) => nodes.length === 1);
        const stopped = one.stop();
        await Promise.all([told, socket.push('server.draining'), gone]);
        expect(await stopped).toBe(0);
        await using ann = await Guest.enter(two, web);
        await ann.say('still here');
        await ann.sees('still here');
      },
      slow,
    );

    test(
      'one process with all roles and a secret takes connect nodes beside it, and no second logic',
      async () => {
        await using cluster = await Cluster.open();
        const whole = await cluster.start('all');
        await using ann = await Guest.enter(whole, whole);
        await using ben = await Guest.enter(await cluster.start('connect'), whole);
        await ann.say('from the whole');
        await ben.say('from beside it');
        await Promise.all([ben.sees('from the whole'), ann.sees('from beside it')]);
        const env = cluster.environmentOf('logic,task');
        expect(await parley(['start'], { env })).toMatchObject({ code: 1, err: expect.stringContaining('sqlite:') });
      },
      slow,
    );

    test(
      'R6 a second process with the same node_id is refused, whatever its role, and disturbs nobody; after a kill the next start takes its place',
      async () => {
        await using cluster = await Cluster.open();
        const named = { PARLEY_NODE_ID: 'the-one' };
        const [one, two, web] = await startApart(cluster, named);
        for (const roles of ['connect', 'task', 'site,api', 'logic,task']) {
          const { code, err } = await parley(['start'], {
            env: { ...cluster.environmentOf(roles), ...anyPorts, ...named },
          });
          expect(code).toBe(1);
          expect(err).toContain('node_id = "the-one", at http://127.0.0.1:');
          expect(err).toContain('PARLEY_NODE_ID');
        }
        await using ann = await Guest.enter(one, web);
        await using ben = await Guest.enter(two, web);
        await ben.say('still heard');
        await ann.sees('still heard');
        await one.kill();
        await one.start();
        await ben.say('heard again');
        await ann.sees('heard again');
      },
      slow,
    );

    test(
      'D14 two processes with the role id never give out the same one',
      async () => {
        await using cluster = await Cluster.open();
        const ids = new Set<string>();
        const ports = [await freePort(), await freePort()];
        await Promise.all(ports.map((port) => cluster.start('id', { PARLEY_ID_PORT: String(port) })));
        for (let round = 0; round < 20; round++)
          for (const answer of await Promise.all(ports.map((port) => idsAt(port))))
            for (const id of answer) ids.add(id);
        expect(ids.size).toBe(2 * 20 * 500);
      },
      slow,
    );

    test(
      'connect nodes share their ports when told to, and one that is killed leaves its people to the other',
      async () => {
        await using cluster = await Cluster.open();
        const [one, , web] = await startApart(cluster, { PARLEY_SHARED_PORTS: 'on' });
        const { ws, tcp } = one.ports;
        const shared = { PARLEY_WS_PORT: String(ws), PARLEY_TCP_PORTS: tcp.join(','), PARLEY_SHARED_PORTS: 'on' };
        await cluster.start('connect', shared);
        const guests = await Promise.all(Array.from({ length: 8 }, () => Guest.enter(one, web)));
        await using registry = await EtcdRegistry.open({ url: cluster.registryUrl, log: quiet });
        const noticed = nodesWhere(registry, (nodes) => nodes.length === 2);
        await one.kill();
        await Promise.all(guests.map((guest, index) => guest.say(`guest ${index}`)));
        for (const guest of guests) for (let index = 0; index < 8; index++) await guest.sees(`guest ${index}`);
        await Promise.all(guests.map((guest) => guest[Symbol.asyncDispose]()));
        await noticed;
        await expect(cluster.start('connect', { ...shared, PARLEY_SHARED_PORTS: 'off' })).rejects.toThrow('code 1');
      },
      slow,
    );
  }),
);

const anyPorts = Object.fromEntries(
  ['SITE_PORT', 'API_PORT', 'WS_PORT', 'TCP_PORTS', 'OPS_PORT', 'RPC_PORT'].map((name) => [`PARLEY_${name}`, '0']),
);

/** Two connect nodes, the page with the API, logic on SQLite, and task. */
async function startApart(
  cluster: Cluster,
  environment: Readonly<Record<string, string>> = {},
): Promise<[one: ServerProcess, two: ServerProcess, web: ServerProcess, logic: ServerProcess, task: ServerProcess]> {
  const [logic, task] = [await cluster.start('logic'), await cluster.start('task')];
  const [one, two] = [await cluster.start('connect', environment), await cluster.start('connect')];
  return [one, two, await cluster.start('site,api'), logic, task];
}

async function idsAt(port: number): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/ids?count=500`);
  return ((await answer.json()) as { readonly ids: readonly string[] }).ids;
}

async function readyz({ opsUrl }: ServerProcess): Promise<[number, unknown]> {
  const answer = await fetch(`${opsUrl}/readyz`);
  return [answer.status, await answer.json()];
}

/** Resolves when the registry lists the connect nodes so. */
async function nodesWhere(registry: EtcdRegistry, isSo: (nodes: readonly RegisteredNode[]) => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = registry.watch('connect', (nodes) => isSo(nodes) && resolve());
  await promise;
  stop();
}

/** Each hop of some message from one node to the other has the same trace. */
function expectTraced(
  { processes }: Cluster,
  { from, to }: { readonly from: ServerProcess; readonly to: ServerProcess },
): void {
  const traces = (process: ServerProcess, hop: string): readonly string[] =>
    linesOf(process).flatMap(({ msg, trace }) => (msg === hop && trace !== undefined ? [trace] : []));
  const anywhere = (hop: string) => processes.flatMap((process) => traces(process, hop));
  const [handled, delivered] = [anywhere('Handled a command'), anywhere('Delivers to a node')];
  const published = traces(to, 'Published to the sockets of a topic');
  const whole = traces(from, 'Sends a command to logic').filter((trace) =>
    [handled, delivered, published].every((hop) => hop.includes(trace)),
  );
  expect(whole.length).toBeGreaterThan(0);
}

function linesOf({ dataDir }: ServerProcess): readonly { readonly msg: string; readonly trace?: string }[] {
  const lines = readFileSync(join(dataDir, 'parley.log'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as { readonly msg: string; readonly trace?: string });
}

function expectSecretKept({ processes }: Cluster): void {
  for (const { dataDir } of processes) {
    const log = readFileSync(join(dataDir, 'parley.log'), 'utf8');
    expect(log).toContain('Starting');
    expect(log).not.toContain(rpcSecret);
  }
}

/** Nothing of ours is reached from outside. */
async function expectLoopbackOnly({ processes }: Cluster): Promise<void> {
  const lines = (await Bun.$`ss -ltnp`.text()).split('\n');
  const ours = lines.filter((line) => processes.some(({ pid }) => line.includes(`pid=${pid},`)));
  expect(ours.length).toBeGreaterThan(processes.length);
  for (const line of ours) expect(line.split(/\s+/)[3]).toMatch(/^(127\.0\.0\.1|\[::1\]):\d+$/);
}
