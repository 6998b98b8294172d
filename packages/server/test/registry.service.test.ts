import { expect, test } from 'bun:test';
import { closeCodes } from '@parley/protocol';
import { Listing } from '../src/app/listing.ts';
import { EtcdRegistry } from '../src/registry/etcd.ts';
import type { Role } from '../src/registry/registry.ts';
import { quiet } from './connect/test-node.ts';
import { freePort } from './free-port.ts';
import { parley, spawnParley } from './run-parley.ts';
import { ServerProcess } from './server-process.ts';
import { SocketClient } from './socket-client.ts';
import { base64, call } from './services/etcd-calls.ts';
import { etcdKind } from './services/etcd.ts';
import { describeWith, Service } from './services/service.ts';

const slow = 60_000;
const anyPorts = {
  PARLEY_SITE_PORT: '0',
  PARLEY_API_PORT: '0',
  PARLEY_TCP_PORTS: '0',
  PARLEY_OPS_PORT: '0',
  PARLEY_DRAIN_MS: '100',
};

describeWith(etcdKind, () => {
  test(
    'F4 a server on etcd sends while etcd is away, and after it is back',
    async () => {
      await using etcd = await Service.start(etcdKind);
      await using server = await ServerProcess.start({ PARLEY_REGISTRY_URL: `etcd://127.0.0.1:${etcd.port}/chat` });
      const send = await senderOf(server);
      const ids = [await send()];
      await etcd.kill();
      for (let count = 0; count < 20; count++) ids.push(await send());
      await etcd.start();
      for (let count = 0; count < 20; count++) ids.push(await send());
      expect(new Set(ids).size).toBe(41);
    },
    slow,
  );

  test(
    'F4 a server that finds no etcd waits for it, and starts when it is there',
    async () => {
      await using etcd = await Service.start(etcdKind);
      await etcd.kill();
      const starting = ServerProcess.start({ PARLEY_REGISTRY_URL: `etcd://127.0.0.1:${etcd.port}` });
      await Bun.sleep(500);
      await etcd.start();
      await using server = await starting;
      expect(await (await senderOf(server))()).toMatch(/^\d+$/);
      expect(await server.stop()).toBe(0);
    },
    slow,
  );

  test(
    'R6 a server whose node id a later start has sends people away, says who has it, and ends with an error',
    async () => {
      await using etcd = await Service.start(etcdKind);
      const url = `etcd://127.0.0.1:${etcd.port}/chat`;
      const wsPort = String(await freePort());
      const env = { ...anyPorts, PARLEY_WS_PORT: wsPort, PARLEY_REGISTRY_URL: url, PARLEY_NODE_ID: 'north' };
      const server = spawnParley(['start'], { env });
      await using registry = await EtcdRegistry.open({ url, log: quiet });
      while ((await registry.list('api')).length === 0) await Bun.sleep(20);
      const socket = await SocketClient.open(`ws://127.0.0.1:${wsPort}/v1/socket`);
      const [{ bootId: replaces } = { bootId: '' }] = await registry.list('api');
      using later = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('[]') });
      const address = `http://127.0.0.1:${later.port}`;
      await registry.claim({ nodeId: 'north', bootId: 'later', address }, { replaces });
      expect(await socket.closed).toBe(closeCodes.drain.code);
      expect(await server.exited).toBe(1);
      expect(await new Response(server.stderr).text()).toStartWith(
        `parley: Another process has node_id = "north", at ${address}.`,
      );
    },
    slow,
  );

  test('R6 F4 a start that is over and listed again, as by a registry that went back to a former state, is replaced again', async () => {
    await using etcd = await Service.start(etcdKind);
    const url = `etcd://127.0.0.1:${etcd.port}/chat`;
    await using registry = await EtcdRegistry.open({ url, log: quiet });
    await using other = await EtcdRegistry.open({ url, log: quiet });
    const node = { nodeId: 'north', bootId: 'now', address: 'http://127.0.0.1:1' };
    const listing = new Listing({ registry, node, ask: async () => 'over' });
    await listing.claim();
    for (const role of ['connect', 'task'] as const) await listing.add(role);
    const former = { ...node, bootId: 'former' };
    await other.claim(former, { replaces: 'now' });
    await other.register({ ...former, role: 'connect', isDraining: false });
    const bootsOf = async (role: Role) => (await other.list(role)).map(({ bootId }) => bootId).join();
    while ((await bootsOf('connect')) !== 'now' || (await bootsOf('task')) !== 'now') await Bun.sleep(20);
    await listing.end();
    while ((await bootsOf('connect')) !== '') await Bun.sleep(20);
  });

  test('R7 what is entered twice, as by who is not sure of the first time, is kept as it is since, and goes when it goes', async () => {
    await using etcd = await Service.start(etcdKind);
    const url = `etcd://127.0.0.1:${etcd.port}/chat`;
    await using registry = await EtcdRegistry.open({ url, log: quiet, leaseTtlMs: 2_000 });
    await using other = await EtcdRegistry.open({ url, log: quiet });
    const nodeOf = (nodeId: string) =>
      ({ nodeId, bootId: 'now', address: '', role: 'connect', isDraining: false }) as const;
    const seen: string[] = [];
    other.watch('connect', (nodes) => seen.push(nodes.map(({ nodeId }) => nodeId).join()));
    const renewed = async (): Promise<void> => {
      const before = seen.length;
      await call(etcd.port, 'kv/deleterange', { key: base64('/chat/nodes/connect/south') });
      while (!seen.slice(before).some((ids) => !ids.includes('south'))) await Bun.sleep(20);
      while (seen.at(-1)?.includes('south') !== true) await Bun.sleep(20);
    };
    await registry.register(nodeOf('north'));
    const registration = await registry.register(nodeOf('north'));
    await registry.register(nodeOf('south'));
    while (seen.at(-1)?.includes('south') !== true) await Bun.sleep(20);
    await registration.drain();
    await renewed();
    expect(await other.list('connect')).toContainEqual({ ...nodeOf('north'), isDraining: true });
    await registration.unregister();
    await renewed();
    expect(await other.list('connect')).toEqual([nodeOf('south')]);
  });

  test('an address that cannot be used, or a cluster that refuses, stops the start and says why', async () => {
    await using etcd = await Service.start(etcdKind);
    const startAt = (url: string) => parley(['start'], { env: { PARLEY_REGISTRY_URL: url } });
    const wrong = await startAt('etcd://user:hunter2@one?tls=maybe');
    expect([wrong.code, wrong.err]).toEqual([1, 'parley: PARLEY_REGISTRY_URL has tls=on or tls=off\n']);
    const refused = await startAt(`etcd://user:hunter2@127.0.0.1:${etcd.port}`);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('authentication is not enabled');
    expect(refused.err).not.toContain('hunter2');
  });
});

/** A guest in the lobby; each call is a message, of which it gives the id. */
async function senderOf(server: ServerProcess): Promise<() => Promise<string>> {
  const guest = await fetch(`${server.apiUrl}/guests`, { method: 'POST' });
  const { token } = (await guest.json()) as { readonly token: string };
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  return async () => {
    const body = JSON.stringify({ clientMsgId: crypto.randomUUID(), content: { type: 'text', text: 'hello' } });
    const answer = await fetch(`${server.apiUrl}/conversations/1/messages`, { method: 'POST', headers, body });
    return ((await answer.json()) as { readonly id: string }).id;
  };
}
