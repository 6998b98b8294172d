import { expect, test } from 'bun:test';
import { createMetrics } from '../metrics.ts';
import { combineMetrics } from './combined-metrics.ts';

const lines = (text: string): readonly string[] => text.trimEnd().split('\n');

test('figures of several processes are told apart by a label, and each family is one group', () => {
  const one = '# HELP a How many.\n# TYPE a counter\na 1\na{x="}"} 2\n\n# HELP b Of one only.\n# TYPE b gauge\nb{} 3\n';
  const other =
    '# HELP b Of one only.\n# TYPE b gauge\nb 4\n# HELP a How many.\n# TYPE a counter\na{x="y",z="w"} 5 1700000000000\n';
  const members = [
    { name: 'logic-1', text: one },
    { name: 'task-1', text: other },
    { name: 'api-1', text: undefined },
  ];
  expect(lines(combineMetrics(members))).toEqual([
    '# HELP parley_process_up Whether the process told its figures.',
    '# TYPE parley_process_up gauge',
    'parley_process_up{process="logic-1"} 1',
    'parley_process_up{process="task-1"} 1',
    'parley_process_up{process="api-1"} 0',
    '# HELP a How many.',
    '# TYPE a counter',
    'a{process="logic-1"} 1',
    'a{process="logic-1",x="}"} 2',
    'a{process="task-1",x="y",z="w"} 5 1700000000000',
    '# HELP b Of one only.',
    '# TYPE b gauge',
    'b{process="logic-1"} 3',
    'b{process="task-1"} 4',
  ]);
});

test('what processes really say is all there, once, and nothing but that', async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.add({
    connect: () => ({
      connections: 1,
      streams: 2,
      topics: 3,
      commandsInFlight: 4,
      framesIn: 5,
      pushFramesOut: 6,
      pushBytesOut: 7,
    }),
  });
  other.add({ nodes: async () => 2, queue: async () => ({ waiting: 1, taken: 2, dead: 3 }) });
  const texts = [await one.figures.metrics(), await other.figures.metrics()];
  const combined = lines(combineMetrics(texts.map((text, index) => ({ name: `p-${index}`, text }))));
  const samples = combined.filter((line) => !line.startsWith('#') && !line.startsWith('parley_process_up'));
  const unlabelled = samples.map((line) => line.replace(/process="p-\d",?/, '').replace('{}', ''));
  const said = texts.flatMap((text) => lines(text).filter((line) => line !== '' && !line.startsWith('#')));
  expect(unlabelled.toSorted()).toEqual(said.toSorted());
  const types = combined.filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
});
