import { afterEach, describe, expect, test } from 'bun:test';
import { NodeTaken, registryLimits, type NodeStart, type RegisteredNode, type Registry } from './registry.ts';

export interface RegistryHarness {
  /** A registry at a place; the same place after a close holds what was kept there. */
  open(place: string): Promise<Registry>;
  /** Registries of one place that are open at once see each other’s nodes. */
  readonly isShared: boolean;
}

/** The rules of `registry.ts`. An adapter's test calls this once. */
export function registryConformance(name: string, harness: RegistryHarness): void {
  const opened: Registry[] = [];
  const open = async (place: string): Promise<Registry> => {
    const registry = await harness.open(place);
    opened.push(registry);
    return registry;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((registry) => registry.close()));
  });

  describe(`registry: ${name}`, () => {
    test('R1 a registered node is listed under its role until it unregisters', async () => {
      const registry = await open('list');
      const first = await registry.register(node('a'));
      await registry.register(node('b'));
      await registry.register({ ...node('a'), role: 'task' });
      expect(idsOf(await registry.list('connect'))).toEqual(['a', 'b']);
      await first.unregister();
      await first.unregister();
      expect(idsOf(await registry.list('connect'))).toEqual(['b']);
      expect(idsOf(await registry.list('task'))).toEqual(['a']);
    });

    test('R1 a draining node stays listed as draining', async () => {
      const registry = await open('drain');
      const registration = await registry.register(node('a'));
      await registration.drain();
      expect(await registry.list('connect')).toEqual([{ ...node('a'), isDraining: true }]);
    });

    test('R1 an old start’s end does not remove the new start of a node', async () => {
      const registry = await open('boots');
      const old = await registry.register(node('a'));
      const later = { ...node('a'), bootId: 'later' };
      await registry.claim(later, { replaces: 'boot-a' });
      await registry.register(later);
      await old.drain();
      await old.unregister();
      expect((await registry.list('connect')).map((each) => each.bootId)).toEqual(['later']);
    });

    test('R6 an id that another start has is refused, whatever the role, naming who has it, until that one is closed', async () => {
      const [registry, other] = [await open('duplicate'), await open('duplicate')];
      const own = harness.isShared ? registry : other;
      await own.claim(node('a'));
      await own.register(node('a'));
      await own.register({ ...node('a'), role: 'task' });
      const second = { ...node('a'), bootId: 'other' };
      const holder = { nodeId: 'a', bootId: 'boot-a' };
      for (const replaces of [undefined, 'nobody'])
        expect(await holderOf(other.claim(second, { replaces }))).toMatchObject(holder);
      expect(await holderOf(other.register({ ...second, role: 'logic' }))).toMatchObject(holder);
      expect(await other.list('logic')).toEqual([]);
      await other.claim({ ...node('b'), bootId: 'boot-a' });
      if (!harness.isShared) return;
      await own.close();
      await other.claim(second);
    });

    test('R6 a start that replaces another one leaves nothing of it listed', async () => {
      const registry = await open('replace');
      await registry.claim(node('a'));
      for (const role of ['connect', 'task'] as const) await registry.register({ ...node('a'), role });
      const later = { ...node('a'), bootId: 'later' };
      await registry.claim(later, { replaces: 'boot-a' });
      expect([await registry.list('connect'), await registry.list('task')]).toEqual([[], []]);
      await registry.register(later);
      expect(await holderOf(registry.register(node('a')))).toMatchObject({ bootId: 'later' });
    });

    test('R6 a start whose id a later one has is told who has it, and says no more of itself', async () => {
      if (!harness.isShared) return;
      const [registry, other] = [await open('taken'), await open('taken')];
      const told = Promise.withResolvers<NodeTaken>();
      registry.onTaken(told.resolve);
      await registry.claim(node('a'));
      const registration = await registry.register(node('a'));
      const later = { ...node('a'), bootId: 'later' };
      await other.claim(later, { replaces: 'boot-a' });
      await other.register(later);
      expect((await told.promise).holder).toMatchObject(later);
      await registration.drain();
      await registration.unregister();
      await registry.close();
      expect(await other.list('connect')).toEqual([later]);
    });

    test('R6 of many starts with one id at once one has it', async () => {
      const registries = [await open('at-once')];
      if (harness.isShared) registries.push(await open('at-once'));
      const starting = Array.from({ length: 8 }, (_, turn) =>
        holderOf(registries[turn % registries.length]!.claim({ ...node('a'), bootId: `start-${turn}` })),
      );
      expect((await Promise.all(starting)).filter((holder) => holder === undefined)).toHaveLength(1);
    });

    test('R2 watch tells what is, then every change, until it is stopped', async () => {
      const registry = await open('watch');
      await registry.register(node('a'));
      const seen = new Seen();
      const stop = registry.watch('connect', seen.onChange);
      await seen.until(['a']);
      const second = await registry.register(node('b'));
      await seen.until(['a', 'b']);
      await second.unregister();
      await seen.until(['a']);
      stop();
      const calls = seen.calls;
      await registry.register(node('c'));
      expect(idsOf(await registry.list('connect'))).toEqual(['a', 'c']);
      expect(seen.calls).toBe(calls);
    });

    test('R3 a worker id has one holder at a time', async () => {
      const [one, other] = [await open('workers'), await open('workers')];
      const leases = [await one.leaseWorkerId(), await one.leaseWorkerId(), await other.leaseWorkerId()];
      const ids = leases.map((lease) => lease.workerId);
      expect(new Set(ids).size).toBe(3);
      for (const id of ids) expect(id >= 0 && id < registryLimits.workerIds).toBe(true);
    });

    test('R3 of many who want a worker id at once each gets another one', async () => {
      const registries = [await open('race'), await open('race')];
      const leases = await Promise.all(Array.from({ length: 24 }, (_, turn) => registries[turn % 2]!.leaseWorkerId()));
      expect(new Set(leases.map(({ workerId }) => workerId)).size).toBe(24);
    });

    test('R3 a released worker id can be held again, and no more be reported for by who released it', async () => {
      const registry = await open('release');
      const lease = await registry.leaseWorkerId();
      await lease.release();
      await lease.release();
      expect((await registry.leaseWorkerId()).workerId).toBe(lease.workerId);
      expect(await codeOf(lease.report(1_000))).toBe('unavailable');
    });

    test('R4 the high-water time is never behind what the last holder reported, also after a restart', async () => {
      const first = await open('water');
      const lease = await first.leaseWorkerId();
      await lease.report(5_000);
      await lease.report(4_000);
      await first.close();
      const again = await (await open('water')).leaseWorkerId();
      expect(again.workerId).toBe(lease.workerId);
      expect(again.highWaterMs).toBeGreaterThanOrEqual(5_000);
    });

    test('R5 after close everything is released and calls reject with unavailable', async () => {
      const registry = await open('close');
      const lease = await registry.leaseWorkerId();
      await registry.register(node('a'));
      await registry.close();
      await registry.close();
      expect(await codeOf(registry.register(node('a')))).toBe('unavailable');
      expect(await codeOf(registry.list('connect'))).toBe('unavailable');
      expect(await codeOf(registry.leaseWorkerId())).toBe('unavailable');
      expect(await codeOf(lease.report(1))).toBe('unavailable');
      const next = await open('close');
      expect(await next.list('connect')).toEqual([]);
      expect((await next.leaseWorkerId()).workerId).toBe(lease.workerId);
    });

    if (!harness.isShared) return;
    test('R2 a node registered by one process is seen by another', async () => {
      const [one, other] = [await open('shared'), await open('shared')];
      const seen = new Seen();
      other.watch('connect', seen.onChange);
      await one.register(node('a'));
      await seen.until(['a']);
      await one.close();
      await seen.until([]);
    });
  });
}

/** What a watcher was told, and a way to wait for it. */
class Seen {
  calls = 0;
  private last = '';
  private expected: string | undefined;
  private reached = Promise.withResolvers<void>();
  readonly onChange = (nodes: readonly RegisteredNode[]): void => {
    this.calls++;
    this.last = idsOf(nodes).join();
    if (this.last === this.expected) this.reached.resolve();
  };

  async until(ids: readonly string[]): Promise<void> {
    this.expected = ids.join();
    if (this.calls > 0 && this.last === this.expected) return;
    this.reached = Promise.withResolvers();
    await this.reached.promise;
  }
}

function node(nodeId: string): RegisteredNode {
  return { nodeId, bootId: `boot-${nodeId}`, role: 'connect', address: '', isDraining: false };
}

function idsOf(nodes: readonly RegisteredNode[]): string[] {
  return nodes.map((each) => each.nodeId).toSorted();
}

/** Who kept it from having its id; undefined: nobody did. */
async function holderOf(entering: Promise<unknown>): Promise<NodeStart | undefined> {
  try {
    await entering;
    return undefined;
  } catch (error) {
    if (error instanceof NodeTaken) return error.holder;
    throw error;
  }
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => 'resolved',
    (error: { code?: string }) => error.code,
  );
}
