import { expect, test } from 'bun:test';
import { ParleyError } from '@parley/sdk';
import { Random } from '../chaos/random.ts';
import { Crowd, type Activity } from './crowd.ts';

/** Resolves once it was done so often. */
function doing(times: number, what: (time: number) => void): { activity: Activity; done: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let time = 0;
  const activity: Activity = {
    name: 'walk',
    meanPauseMs: 0.01,
    once: async () => {
      if (++time >= times) resolve();
      what(time);
    },
  };
  return { activity, done: promise };
}

test('everybody goes on until told to stop, and what was done is counted', async () => {
  const { activity, done } = doing(20, () => undefined);
  const crowd = new Crowd([activity, { ...activity, name: 'talk' }], new Random(1));
  await done;
  await crowd.stop();
  expect((crowd.done.get('walk') ?? 0) + (crowd.done.get('talk') ?? 0)).toBeGreaterThanOrEqual(20);
});

test('a refusal is counted by its code, and life goes on', async () => {
  const { activity, done } = doing(5, (time) => {
    if (time % 2 === 1) throw new ParleyError('busy');
  });
  const crowd = new Crowd([activity], new Random(1));
  await done;
  await crowd.stop();
  expect(crowd.refused.get('walk: busy')).toBeGreaterThanOrEqual(3);
  expect(crowd.done.get('walk')).toBeGreaterThanOrEqual(2);
});

test('what is no refusal is not swallowed', async () => {
  const { activity } = doing(1, () => {
    throw new TypeError('a defect');
  });
  const crowd = new Crowd([activity], new Random(1));
  expect(crowd.failed).rejects.toThrow('a defect');
  await crowd.failed.catch(() => undefined);
  expect(crowd.stop()).rejects.toThrow('a defect');
});
