import { afterAll, beforeAll, expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { quiet } from '../../test/connect/test-node.ts';
import { CutOff } from '../../test/cut-off.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { base64, call, put, revokeLeases } from '../../test/services/etcd-calls.ts';
import { certificateOf, etcdKind, etcdTlsKind } from '../../test/services/etcd.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock, type Clock } from '../clock.ts';
import { LeasedIds } from '../ids/leased-ids.ts';
import { EtcdRegistry, type EtcdRegistryOptions } from './etcd.ts';
import { registryConformance } from './registry.conformance.ts';
import type { RegisteredNode, Registry } from './registry.ts';

/** Longer than any test. */
const longTtlMs = 600_000;
const shortTtlMs = 2_000;

describeWith(etcdKind, () => {
  let etcd: Service;
  beforeAll(async () => void (etcd = await Service.start(etcdKind)));
  afterAll(() => etcd[Symbol.asyncDispose]());

  /** At a place of its own, unless it is named. */
  const open = (options: Partial<EtcdRegistryOptions> = {}): Promise<EtcdRegistry> =>
    openAt(etcd.port, { url: `etcd://127.0.0.1:${etcd.port}/${crypto.randomUUID()}`, ...options });
  const placed = (port = etcd.port): string => `etcd://127.0.0.1:${port}/${crypto.randomUUID()}`;

  registryConformance('etcd', {
    open: (place) => open({ url: `etcd://127.0.0.1:${etcd.port}/conformance/${place}` }),
    isShared: true,
  });

  test('R1 a process that is killed is listed no more when its lease ends, and its worker id is free, with what it reported', async () => {
    const url = placed();
    await using registry = await open({ url });
    const holder = Bun.spawn([process.execPath, '-e', holderProgram(url)], { stdout: 'pipe', stderr: 'inherit' });
    await holder.stdout.getReader().read();
    await until(async () => (await idsOf(registry)).join() === 'killed');
    expect((await registry.leaseWorkerId()).workerId).toBe(1);
    holder.kill('SIGKILL');
    await holder.exited;
    await until(async () => (await idsOf(registry)).length === 0);
    const lease = await registry.leaseWorkerId();
    expect(lease.workerId).toBe(0);
    expect(lease.highWaterMs).toBeGreaterThanOrEqual(7_000);
  });

  test('R3 a holder whose worker id another one has is told with its next report', async () => {
    const url = placed();
    await using registry = await open({ url });
    const lease = await registry.leaseWorkerId();
    let isLost = false;
    lease.onLost(() => (isLost = true));
    await put(etcd.port, `${prefixOf(url)}workers/0`, 'another claim');
    expect(await codeOf(lease.report(1_000))).toBe('unavailable');
    expect(isLost).toBe(true);
  });

  test('R4 D14 a second holder repeats no id of one that has not heard of its loss, whatever their clocks say', async () => {
    const url = placed();
    const [slow, fast] = [new ManualClock(), new ManualClock()];
    fast.advance(3_600_000);
    await using one = await open({ url, leaseTtlMs: longTtlMs, clock: slow });
    await using other = await open({ url, leaseTtlMs: longTtlMs, clock: fast });
    const idsOfOne = await idsFrom(one, slow);
    const before = Array.from({ length: 100 }, () => idsOfOne.nextId());
    await call(etcd.port, 'kv/deleterange', { key: base64(`${prefixOf(url)}workers/0`) });
    const idsOfOther = await idsFrom(other, new ManualClock());
    slow.advance(3_000);
    const ids = [...before, ...Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? idsOfOne : idsOfOther).nextId())];
    expect(new Set(ids).size).toBe(300);
    expect(new Set(ids.map(workerOf))).toEqual(new Set([0]));
  });

  test('R1 R3 whoever lost the lease registers again, and has its ids from another worker id', async () => {
    const url = placed();
    await using registry = await open({ url, leaseTtlMs: shortTtlMs });
    await using seer = await open({ url, leaseTtlMs: longTtlMs });
    const registration = await registry.register(node('a'));
    await registration.drain();
    const ids = await idsFrom(registry, systemClock);
    expect(workerOf(ids.nextId())).toBe(0);
    const seen = watching(seer);
    await until(async () => seen.at(-1) === 'a');
    await revokeLeases(etcd.port, `${prefixOf(url)}nodes/connect/a`);
    await until(async () => seen.slice(-2).join(' ') === ' a');
    expect(await seer.list('connect')).toEqual([{ ...node('a'), isDraining: true }]);
    await until(async () => workerOf(ids.nextId()) === 1);
  });

  test('R7 what somebody has removed is entered again, unless it was meant to go', async () => {
    const url = placed();
    await using registry = await open({ url, leaseTtlMs: shortTtlMs });
    await using seer = await open({ url, leaseTtlMs: longTtlMs });
    const [a, b] = [await registry.register(node('a')), await registry.register(node('b'))];
    const seen = watching(seer);
    await until(async () => seen.at(-1) === 'a,b');
    for (const id of ['a', 'b'])
      await call(etcd.port, 'kv/deleterange', { key: base64(`${prefixOf(url)}nodes/connect/${id}`) });
    await b.unregister();
    await until(async () => seen.at(-1) === 'a');
    await a.unregister();
    await until(async () => seen.at(-1) === '');
  });

  test('R2 while the cluster is away the last known nodes stay, ids go on, and all is as it was when it is back', async () => {
    await using own = await Service.start(etcdKind);
    const url = placed(own.port);
    await using registry = await open({ url });
    await using seer = await open({ url });
    await registry.register(node('a'));
    const lease = await registry.leaseWorkerId();
    let isLost = false;
    lease.onLost(() => (isLost = true));
    await lease.report(10_000);
    const seen = watching(seer);
    await until(async () => seen.at(-1) === 'a');
    await own.kill();
    expect(await idsOf(seer)).toEqual(['a']);
    await lease.report(20_000);
    expect(await codeOf(registry.register(node('b')))).toBe('unavailable');
    await own.start();
    await registry.register(node('b'));
    await until(async () => seen.at(-1) === 'a,b');
    expect(seen).toEqual(['', 'a', 'a,b'].filter((ids, index) => index > 0 || seen[0] === ids));
    expect(isLost).toBe(false);
  });

  test('R2 a cluster that stands still for longer than the lease holds nobody up, and knows all nodes again afterwards', async () => {
    await using own = await Service.start(etcdKind);
    const url = placed(own.port);
    await using registry = await open({ url, leaseTtlMs: shortTtlMs });
    await using seer = await open({ url, leaseTtlMs: shortTtlMs });
    await registry.register(node('a'));
    const ids = await idsFrom(registry, new ManualClock());
    await until(async () => (await idsOf(seer)).length === 1);
    own.pause();
    const listed = await idsOf(seer);
    ids.nextId();
    await Bun.sleep(shortTtlMs * 1.5);
    own.resume();
    expect(listed).toEqual(['a']);
    await until(async () => (await idsOf(seer)).join() === 'a');
    await until(async () => isGiven(ids));
  });

  test('R2 a cluster that lost its data learns of the nodes again', async () => {
    await using own = await Service.start(etcdKind);
    const url = placed(own.port);
    await using registry = await open({ url, leaseTtlMs: shortTtlMs });
    await using seer = await open({ url, leaseTtlMs: shortTtlMs });
    await registry.register(node('a'));
    const seen = watching(seer);
    await until(async () => seen.at(-1) === 'a');
    await own.kill();
    rmSync(join(own.folder, 'member'), { recursive: true });
    await own.start();
    await until(async () => (await idsOf(registry)).join() === 'a');
    await registry.register(node('b'));
    await until(async () => seen.at(-1) === 'a,b');
  });

  test('R2 a stream that was cut goes on where it was, and reads anew what was compacted meanwhile', async () => {
    await using way = await CutOff.before(etcd.port);
    const url = placed();
    await using registry = await open({ url, leaseTtlMs: longTtlMs });
    await using seer = await open({ url: url.replace(String(etcd.port), String(way.port)), leaseTtlMs: longTtlMs });
    const seen = watching(seer);
    const a = await registry.register(node('a'));
    await until(async () => seen.at(-1) === 'a');
    way.onSent = () => false;
    way.cut();
    await registry.register(node('b'));
    way.onSent = () => true;
    await until(async () => seen.at(-1) === 'a,b');
    way.onSent = () => false;
    way.cut();
    await a.unregister();
    const { header } = await put(etcd.port, 'anything', '');
    await call(etcd.port, 'kv/compaction', { revision: header.revision, physical: true });
    way.onSent = () => true;
    await until(async () => seen.at(-1) === 'b');
  });

  test('R2 a stream that got stuck is found out by the next reading', async () => {
    await using way = await CutOff.before(etcd.port);
    const url = placed();
    await using registry = await open({ url, leaseTtlMs: longTtlMs });
    await using seer = await open({ url: url.replace(String(etcd.port), String(way.port)), leaseTtlMs: shortTtlMs });
    const seen = watching(seer);
    await registry.register(node('a'));
    await until(async () => seen.at(-1) === 'a');
    way.holdAnswers();
    await registry.register(node('b'));
    await until(async () => seen.at(-1) === 'a,b');
  });

  test('a node that finds no cluster waits for it and says so', async () => {
    await using own = await Service.start(etcdKind);
    await own.kill();
    const waits = Promise.withResolvers<string>();
    const says = Promise.withResolvers<void>();
    const log = { ...quiet, warn: (_facts: object, text: string) => waits.resolve(text) };
    const opening = openAt(own.port, { log, onWaiting: () => says.resolve() });
    expect(await waits.promise).toContain('waits');
    await says.promise;
    await own.start();
    await using registry = await opening;
    expect(await registry.list('connect')).toEqual([]);
  });

  test('of several members one that works is enough', async () => {
    await using own = await Service.start(etcdKind);
    await using dead = await Service.start(etcdKind);
    await dead.kill();
    await using registry = await open({ url: `etcd://127.0.0.1:${dead.port},127.0.0.1:${own.port}/x` });
    const seen = watching(registry);
    await registry.register(node('a'));
    await until(async () => seen.at(-1) === 'a');
  });

  test('with users, a wrong password is refused at once, and a token that is over costs no call', async () => {
    await using own = await Service.start(etcdKind);
    await call(own.port, 'auth/user/add', { name: 'root', password: 'p:@ss/ word' });
    await call(own.port, 'auth/user/grant', { user: 'root', role: 'root' }).catch(() => undefined);
    await call(own.port, 'auth/role/add', { name: 'root' });
    await call(own.port, 'auth/user/grant', { user: 'root', role: 'root' });
    await call(own.port, 'auth/enable', {});
    const urlWith = (password: string): string => `etcd://root:${encodeURIComponent(password)}@127.0.0.1:${own.port}/x`;
    const wrong = await openAt(own.port, { url: urlWith('wrong') }).catch((error: unknown) => String(error));
    expect(wrong).toContain('authentication failed');
    expect(await openAt(own.port, {}).catch((error: unknown) => String(error))).toContain('user name is empty');
    await using registry = await open({ url: urlWith('p:@ss/ word') });
    await registry.register(node('a'));
    await own.kill();
    await own.start();
    await registry.register(node('b'));
    expect(await idsOf(registry)).toEqual(['a', 'b']);
  });

  test('over TLS the cluster’s certificate is checked', async () => {
    await using own = await Service.start(etcdTlsKind);
    const url = `etcd://127.0.0.1:${own.port}/x?tls=on`;
    await using registry = await openAt(own.port, { url: `${url}&ca=${certificateOf(own.folder)}` });
    const seen = watching(registry);
    await registry.register(node('a'));
    await until(async () => seen.at(-1) === 'a');
    const waits: { readonly error?: Error }[] = [];
    const log = { ...quiet, warn: (facts: object) => void waits.push(facts) };
    expect(await codeOf(openAt(own.port, { url, log, signal: AbortSignal.abort() }))).toBe(DOMException.ABORT_ERR);
    expect(String(waits[0]?.error?.cause)).toContain('certificate');
  });
});

function openAt(port: number, options: Partial<EtcdRegistryOptions>): Promise<EtcdRegistry> {
  return EtcdRegistry.open({ url: `etcd://127.0.0.1:${port}/x`, log: quiet, leaseTtlMs: shortTtlMs, ...options });
}

function holderProgram(url: string): string {
  return `
    const { EtcdRegistry } = await import(${JSON.stringify(join(import.meta.dir, 'etcd.ts'))});
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const registry = await EtcdRegistry.open({ url: ${JSON.stringify(url)}, log, leaseTtlMs: ${shortTtlMs} });
    await registry.register(${JSON.stringify(node('killed'))});
    const lease = await registry.leaseWorkerId();
    await lease.report(7_000);
    process.stdout.write('ready');`;
}

function node(nodeId: string): RegisteredNode {
  return { nodeId, bootId: `boot-${nodeId}`, role: 'connect', address: '', isDraining: false };
}

async function idsOf(registry: Registry): Promise<string[]> {
  return (await registry.list('connect')).map(({ nodeId }) => nodeId).toSorted();
}

/** What a watcher is told, each time the ids with commas. */
function watching(registry: Registry): string[] {
  const seen: string[] = [];
  registry.watch('connect', (nodes) => {
    seen.push(
      nodes
        .map(({ nodeId }) => nodeId)
        .toSorted()
        .join(),
    );
  });
  return seen;
}

function idsFrom(registry: Registry, clock: Clock): Promise<LeasedIds> {
  const nothing = (): void => undefined;
  return LeasedIds.start({ lease: () => registry.leaseWorkerId(), clock, onAlarm: nothing, onLost: nothing });
}

function isGiven(ids: LeasedIds): boolean {
  try {
    return ids.nextId() !== '';
  } catch {
    return false;
  }
}

function workerOf(id: string): number {
  return Number((BigInt(id) >> 12n) & 1_023n);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo().catch(() => false))) await Bun.sleep(20);
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => 'resolved',
    (error: { code?: string }) => error.code,
  );
}

function prefixOf(url: string): string {
  return `/${url.split('/').at(-1) ?? ''}/`;
}
