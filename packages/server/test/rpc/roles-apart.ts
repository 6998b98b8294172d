import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '../../src/api/api.ts';
import { systemClock } from '../../src/clock.ts';
import { createConnect } from '../../src/connect/connect.ts';
import { LeasedIds } from '../../src/ids/leased-ids.ts';
import type { Policy } from '../../src/logic/context.ts';
import { createLogic } from '../../src/logic/logic.ts';
import { RedisPresence } from '../../src/presence/redis.ts';
import { MemoryQueue } from '../../src/queue/memory.ts';
import { EtcdRegistry } from '../../src/registry/etcd.ts';
import type { Role } from '../../src/registry/registry.ts';
import { HttpRpc } from '../../src/rpc/http.ts';
import type { NodeSource } from '../../src/rpc/node-lines.ts';
import { startSite } from '../../src/site/site.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { createTask } from '../../src/task/task.ts';
import { quiet } from '../connect/test-node.ts';
import { secret } from './http-network.ts';

const policy: Policy = {
  serverName: 'Apart',
  serverVersion: '0.0.0',
  hasGuests: true,
  hasRegistration: true,
  devices: 'unlimited',
  sessionTtlMs: 90 * 86_400_000,
  hasRateLimits: false,
};
const clock = systemClock;
const log = quiet;

interface Urls {
  readonly registryUrl: string;
  readonly presenceUrl: string;
}

/**
 * Roles as nodes that know each other only by the registry, and reach each other only over HTTP. The store and the queue are those of one
 * process, so all of them are in it.
 */
export class RolesApart implements AsyncDisposable {
  private readonly urls: Urls;
  private readonly folder: string;
  private readonly queue = new MemoryQueue();
  private readonly store: SqliteStore;
  private readonly closers: (() => Promise<unknown>)[] = [];

  private constructor(urls: Urls, folder: string, store: SqliteStore) {
    this.urls = urls;
    this.folder = folder;
    this.store = store;
  }

  static async open(urls: Urls): Promise<RolesApart> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-apart-'));
    mkdirSync(join(folder, 'page'));
    return new RolesApart(urls, folder, await SqliteStore.open(join(folder, 'parley.sqlite')));
  }

  /** Returns what ends it: it is listed no more, then takes nothing more. */
  async startLogic(): Promise<() => Promise<void>> {
    const { rpc, presence, registry, list } = await this.openNode('logic');
    const nothing = (): void => undefined;
    const lease = () => registry.leaseWorkerId();
    const ids = await LeasedIds.start({ lease, clock, onAlarm: nothing, onLost: nothing });
    const { store, queue } = this;
    const nextId = (): string => ids.nextId();
    const logic = createLogic({ store, presence, registry, rpc, queue, clock, policy, log, nextId });
    rpc.serve('logic', logic);
    const unlist = await list();
    this.closers.push(
      async () => ids.close(),
      () => logic.close(),
    );
    return async () => {
      await unlist();
      await rpc.close();
    };
  }

  async startTask(): Promise<void> {
    const { rpc, presence, registry, list } = await this.openNode('task');
    const task = createTask({ queue: this.queue, presence, registry, rpc, clock, log });
    await task.start();
    await list();
    this.closers.push(
      () => task.close(),
      () => this.queue.close(),
    );
  }

  /** With the API and the socket on one origin. @returns where its clients connect. */
  async startConnect(): Promise<string> {
    const { node, rpc, presence, list } = await this.openNode('connect');
    const connect = createConnect({ node, rpc, presence, clock, log });
    const api = createApi({ rpc, log, serverName: 'Apart', serverVersion: '0.0.0', corsOrigins: [] });
    const onDefect = (): void => undefined;
    const address = { host: '127.0.0.1', port: 0, folder: join(this.folder, 'page') };
    const site = startSite({ ...address, api, socket: connect.mount, onDefect });
    connect.start();
    await list();
    this.closers.push(
      () => site.stop(),
      () => connect.close(),
    );
    return `http://127.0.0.1:${site.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const close of this.closers.toReversed()) await close();
    await this.store.close();
    rmSync(this.folder, { recursive: true });
  }

  private async openNode(role: Role) {
    const node = { nodeId: `${role}-${crypto.randomUUID()}`, bootId: crypto.randomUUID() };
    const registry = await EtcdRegistry.open({ url: this.urls.registryUrl, log });
    const nodes: NodeSource = { watch: (role, onChange) => registry.watch(role === 'seed' ? 'logic' : role, onChange) };
    const rpc = new HttpRpc({ node, secret, nodes, log });
    const address = `http://127.0.0.1:${rpc.listen({ hostname: '127.0.0.1', port: 0 })}`;
    const presence = new RedisPresence({ url: this.urls.presenceUrl, clock, log });
    this.closers.push(
      () => registry.close(),
      () => presence.close(),
      () => rpc.close(),
    );
    const list = async () => {
      const registration = await registry.register({ ...node, role, address, isDraining: false });
      return () => registration.unregister();
    };
    return { node, registry, rpc, presence, list };
  }
}
