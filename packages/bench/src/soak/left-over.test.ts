import { expect, test } from 'bun:test';
import type { ServerGauges } from '../measure/server-gauges.ts';
import { leftOver } from './left-over.ts';

const mb = 2 ** 20;
const baseline: ServerGauges = {
  descriptors: 40,
  memoryBytes: 100 * mb,
  heapBytes: 20 * mb,
  sockets: 13,
  topics: 20,
  queueDepth: 0,
  deadLetters: 0,
};

test('I13 memory and heap have a tolerance', () => {
  expect(leftOver(baseline, { ...baseline, memoryBytes: 189 * mb, heapBytes: 33 * mb })).toEqual([]);
  expect(leftOver(baseline, { ...baseline, memoryBytes: 190 * mb })).toEqual([
    expect.stringContaining('190 MB of memory'),
  ]);
  expect(leftOver(baseline, { ...baseline, heapBytes: 33.1 * mb })).toEqual([
    expect.stringContaining('33.1 MB of the heap'),
  ]);
});

test('I13 everything else has none', () => {
  for (const name of ['descriptors', 'sockets', 'topics', 'queueDepth', 'deadLetters'] as const)
    expect(leftOver(baseline, { ...baseline, [name]: baseline[name] + 1 })).toHaveLength(1);
});

test('I13 what became less is nothing left over', () => {
  expect(leftOver(baseline, { ...baseline, descriptors: 39, topics: 19, memoryBytes: 1 })).toEqual([]);
});
