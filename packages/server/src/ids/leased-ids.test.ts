import { expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import { ManualClock } from '../../test/manual-clock.ts';
import { LeasedIds } from './leased-ids.ts';
import { timeOfId, type IdLease } from './snowflake.ts';

class TestLease implements IdLease {
  readonly workerId: number;
  readonly highWaterMs = 0;
  private readonly listeners: (() => void)[] = [];

  constructor(workerId: number) {
    this.workerId = workerId;
  }

  async report(): Promise<void> {
    // Nothing to keep.
  }

  onLost(listener: () => void): void {
    this.listeners.push(listener);
  }

  lose(): void {
    for (const listener of this.listeners) listener();
  }
}

const workerOf = (id: string): number => Number((BigInt(id) >> 12n) & 1_023n);

test('D14 when the worker id is lost there are no ids until another one is leased, and those are larger', async () => {
  const clock = new ManualClock();
  const leases = [new TestLease(3), new TestLease(4)];
  const next = Promise.withResolvers<void>();
  const lost: unknown[] = [];
  let taken = 0;
  const ids = await LeasedIds.start({
    lease: async () => {
      if (taken === 1) await next.promise;
      return leases[taken++] ?? new TestLease(9);
    },
    clock,
    onAlarm: () => undefined,
    onLost: (error) => lost.push(error),
  });
  const before = ids.nextId();
  expect(workerOf(before)).toBe(3);
  clock.setBack(60_000);
  leases[0]?.lose();
  expect(() => ids.nextId()).toThrow(ParleyError);
  next.resolve();
  while (isRefused(ids)) await Promise.resolve();
  const after = ids.nextId();
  expect(workerOf(after)).toBe(4);
  expect(BigInt(after)).toBeGreaterThan(BigInt(before));
  expect(lost).toEqual([undefined]);
  ids.close();
});

test('D14 when no other worker id can be leased it is tried again', async () => {
  const lease = new TestLease(1);
  const told = Promise.withResolvers<unknown>();
  let tries = 0;
  const ids = await LeasedIds.start({
    lease: async () => {
      if (++tries === 2) throw new ParleyError('unavailable');
      return tries === 1 ? lease : new TestLease(2);
    },
    clock: new ManualClock(),
    onAlarm: () => undefined,
    onLost: (error) => error !== undefined && told.resolve(error),
  });
  lease.lose();
  expect(await told.promise).toMatchObject({ code: 'unavailable' });
  while (isRefused(ids)) await Bun.sleep(20);
  expect(workerOf(ids.nextId())).toBe(2);
  ids.close();
});

test('who was closed while another worker id could not be leased tells nobody and asks no more', async () => {
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<IdLease>()];
  const lease = new TestLease(1);
  const lost: unknown[] = [];
  let tries = 0;
  const ids = await LeasedIds.start({
    lease: async () => {
      if (++tries === 1) return lease;
      asked.resolve();
      return answered.promise;
    },
    clock: new ManualClock(),
    onAlarm: () => undefined,
    onLost: (error) => lost.push(error),
  });
  lease.lose();
  await asked.promise;
  ids.close();
  answered.reject(new ParleyError('unavailable'));
  await new Promise((next) => setImmediate(next));
  expect([lost, tries]).toEqual([[undefined], 2]);
});

function isRefused(ids: LeasedIds): boolean {
  try {
    ids.nextId();
    return false;
  } catch {
    return true;
  }
}

test('D14 ids begin beyond the time the store says, whatever the lease knows', async () => {
  const clock = new ManualClock();
  const afterMs = clock.now() + 60_000;
  const lease = async () => new TestLease(3);
  const ids = await LeasedIds.start({ lease, clock, afterMs, onAlarm: () => undefined, onLost: () => undefined });
  expect(timeOfId(ids.nextId())).toBeGreaterThanOrEqual(afterMs);
  ids.close();
});
