import { expect, test } from 'bun:test';
import { metricsIn } from './server-gauges.ts';

test('metrics are read by name with their labels, without the comments', () => {
  const text = '# HELP a Things.\n# TYPE a gauge\na 3\n\nb{state="waiting"} 4.5\n';
  expect([...metricsIn(text)]).toEqual([
    ['a', 3],
    ['b{state="waiting"}', 4.5],
  ]);
});
