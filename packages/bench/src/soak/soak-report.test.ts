import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { temporaryFolder } from '../../../../scripts/temporary-folder.ts';
import type { Machine } from '../measure/machine.ts';
import type { Sample } from './sampler.ts';
import { soakMarkdown, writeSoakReport } from './soak-report.ts';
import type { SoakResult } from './soak.ts';

const machine: Machine = {
  cpu: 'CPU',
  cores: 2,
  memoryGb: 8,
  kernel: '6',
  bun: '1',
  sqlite: '3',
  commit: 'abc1234',
  isModified: false,
  loadBefore: 0,
  at: '2026-01-02T03:04:05.000Z',
};
const sample: Sample = {
  atSeconds: 60,
  phase: 'load',
  descriptors: 41,
  memoryBytes: 100 * 2 ** 20,
  heapBytes: 2 ** 20,
  sockets: 7,
  topics: 9,
  queueDepth: 3,
  deadLetters: 0,
  serverCpu: 0.25,
  generatorCpu: 0.05,
  sends: 100,
  p50Ms: 4,
  p99Ms: 40,
};
const calm: Sample = { ...sample, phase: 'quiet', queueDepth: 0, sends: 0, p50Ms: Number.NaN, p99Ms: Number.NaN };
const result: SoakResult = {
  options: { minutes: 30, seed: 5 },
  samples: [sample, { ...calm, atSeconds: 120 }],
  baseline: calm,
  final: calm,
  residue: [],
  violations: [],
  history: { seed: 5, events: [{ event: 'device', device: 'a/1', userId: 1, transport: 'sdk', atMs: 0 }], dropped: 0 },
  heldUpMs: { machine: 100, disk: 20_000 },
  done: new Map([['trade', 1_234]]),
  refused: new Map(),
};

test('a soak that left nothing over says so, with its figures', () => {
  const text = soakMarkdown({ machine, result }, 'graph.svg');
  expect(text).toContain('Everything returned to the baseline, and nothing was lost.');
  expect(text).toContain('| queue depth | 0 | 3 | 0 |');
  expect(text).toContain('](graph.svg)');
  expect(text).toContain('For 20 s the disk took longer');
  expect(text).toContain('Done: trade 1,234. Refused: nothing.');
  expect(text).not.toContain('NaN');
});

test('a soak that failed says of what', () => {
  const violation = { rule: 'I1', says: 'It is gone.', events: [], about: {} } as const;
  const text = soakMarkdown(
    { machine, result: { ...result, residue: ['Too much.'], violations: [violation] } },
    'graph.svg',
  );
  expect(text).toContain('**Failed**: 1 figures did not return to the baseline, 1 violations.');
  expect(text).toContain('- Too much.\n- I1: It is gone.\n\n!');
});

test('text, figures and graph stand beside each other; a smoke test is named as one', async () => {
  await using folder = await temporaryFolder();
  const path = writeSoakReport({ machine, result }, folder.path);
  expect(path).toEndWith('/soak-2026-01-02-abc1234');
  expect(readFileSync(`${path}.md`, 'utf8')).toContain('](soak-2026-01-02-abc1234.svg)');
  expect(readFileSync(`${path}.svg`, 'utf8')).toStartWith('<svg');
  expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toMatchObject({
    options: { seed: 5 },
    done: { trade: 1_234 },
  });
  const short = writeSoakReport({ machine, result: { ...result, options: { minutes: 1, seed: 5 } } }, folder.path);
  expect(existsSync(`${short}.json`) && short.endsWith('-short')).toBe(true);
});
