import { expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import { faultPointNames, faultPoints } from './fault-points.ts';
import { Faults, type ArmedFault } from './faults.ts';

const fault = (given: Partial<ArmedFault>): ArmedFault => ({
  action: 'fail',
  stallMs: 0,
  skip: 0,
  times: 1,
  ...given,
});

function failureOf(pass: () => unknown): string | undefined {
  try {
    pass();
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    return error.code;
  }
  return undefined;
}

test('F1 points that are not armed are passed, and counted', () => {
  const faults = new Faults(() => expect.unreachable());
  for (const name of faultPointNames) {
    expect(faults.at(name)).toBeUndefined();
    expect(faults.state()[name]).toEqual({ hits: 1, fired: 0 });
  }
});

test('F1 a point fails with the error of an outage at that place', () => {
  const faults = new Faults();
  for (const name of faultPointNames) {
    faults.arm(name, fault({}));
    expect(failureOf(() => faults.at(name))).toBe(faultPoints[name].outage);
    faults.arm(name, fault({}));
    expect(failureOf(() => faults.atOnce(name))).toBe(faultPoints[name].outage);
  }
});

test('F1 a point lets pass what it shall skip, fails as often as it shall, and is harmless again', () => {
  const faults = new Faults();
  faults.arm('ack.before', fault({ skip: 2, times: 3 }));
  const failures = Array.from({ length: 8 }, () => failureOf(() => faults.at('ack.before')) !== undefined);
  expect(failures).toEqual([false, false, true, true, true, false, false, false]);
  expect(faults.state()['ack.before']).toEqual({ hits: 8, fired: 3 });
});

test('F1 a kill is asked for once', () => {
  let kills = 0;
  const faults = new Faults(() => kills++);
  faults.arm('commit.inside', fault({ action: 'kill' }));
  faults.atOnce('commit.inside');
  faults.atOnce('commit.inside');
  expect(kills).toBe(1);
});

test('F2 a stall ends by itself, or when all is cleared', async () => {
  const faults = new Faults();
  faults.arm('task.taken', fault({ action: 'stall', stallMs: 1 }));
  await faults.at('task.taken');
  faults.arm('task.taken', fault({ action: 'stall', stallMs: 3_600_000, times: 2 }));
  const stalled = faults.at('task.taken');
  faults.clear();
  await stalled;
  expect(faults.state()['task.taken']).toEqual({ hits: 2, fired: 2 });
  expect(faults.at('task.taken')).toBeUndefined();
});
