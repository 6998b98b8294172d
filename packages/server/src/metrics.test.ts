import { expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import { createMetrics } from './metrics.ts';

test('F3 F4 figures of an engine that does not answer are left out, the others are told, and they come back', async () => {
  const { figures, add } = createMetrics();
  let isDown = false;
  const unlessDown = async <T>(value: T): Promise<T> => {
    if (isDown) throw new ParleyError('unavailable');
    return value;
  };
  add({
    queue: () => unlessDown({ waiting: 3, taken: 2, dead: 1 }),
    nodes: () => unlessDown(4),
    task: () => ({ taken: 7, waiting: 5, lagging: 0 }),
  });
  const told = async (): Promise<readonly boolean[]> => {
    const text = await figures.metrics();
    return [
      'parley_queue_entries{state="waiting"} 3',
      'parley_registry_nodes{role="logic"} 4',
      'parley_deliveries_waiting 5',
    ].map((line) => text.split('\n').includes(line));
  };
  expect(await told()).toEqual([true, true, true]);
  isDown = true;
  expect(await told()).toEqual([false, false, true]);
  isDown = false;
  expect(await told()).toEqual([true, true, true]);
});
