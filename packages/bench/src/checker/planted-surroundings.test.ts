import { expect, test } from 'bun:test';
import { canaryText } from './canary.ts';
import { checkHistory } from './check.ts';
import type { Gauges, Happening } from './history-event.ts';
import { runOf, type FinishedRun } from './model/model-run.ts';
import { idle, people } from './model/model-system.ts';
import { andThen, type Planting } from './model/plant.ts';
import {
  ann,
  fertileRun,
  group,
  lastOf,
  newAttempt,
  plant,
  pushed,
  rulesBroken,
  text,
} from './model/planting-ground.ts';

plant('I10 a message of a group that comes to a stranger', (run) => andThen(run, pushed('eve/1', lastOf(run, group))));

plant('I10 a message of a group that comes to a former member', (run) =>
  andThen(run, pushed('cat/1', lastOf(run, group))),
);

plant('I10 words of a group on a stranger’s bare wire', (run) =>
  andThen(run, {
    event: 'text',
    device: 'eve/1',
    text: `<b>${canaryText({ conversationId: group, body: 1 })}</b>`,
  }),
);

plant('I10 later words of a group on a former member’s bare wire', (run) => {
  const { content } = lastOf(run, group);
  return andThen(run, { event: 'text', device: 'cat/1', text: JSON.stringify(content) });
});

plant('D8 a removal that was answered and does not hold', (run) => {
  const removal = {
    event: 'membership',
    attempt: newAttempt,
    device: 'ann/1',
    conversationId: group,
    userId: people.ben,
  } as const;
  const asked = andThen(run, { ...removal, direction: 'out' });
  return andThen(asked, { event: 'settled', attempt: newAttempt });
});

plant('I12 a send that never ends', (run) => {
  return andThen(andThen(run, send('forever')), { event: 'gauges', gauges: idle }, 11_000);
});

plant('I12 a send that ends too late', (run) => {
  return andThen(andThen(run, send('late')), { event: 'unknown', attempt: newAttempt }, 11_000);
});

plant('I12 a fault after which not everybody is served again', (run) => {
  const fault = { event: 'fault', fault: newAttempt, class: 'F1', name: 'killed' } as const;
  return andThen(andThen(run, { ...fault, phase: 'begin' }), { ...fault, phase: 'end' });
});

plant('I13 descriptors that stay open', leftOver({ descriptors: 41 }));

plant('I13 entries that stay in the queue', leftOver({ queueDepth: 1 }));

plant('I13 topics nobody listens to', leftOver({ topics: 10 }));

plant('I13 memory that is not given back', leftOver({ memoryBytes: 400 * 2 ** 20 }));

plant('I14 somebody who left and is still online', (run) => ({
  ...run,
  truth: {
    ...run.truth,
    presence: run.truth.presence.map((one) => (one.userId === people.eve ? { ...one, isOnline: true } : one)),
  },
}));

plant('I14 a watcher who still sees a ghost', (run) =>
  andThen(run, { event: 'presence', device: 'ann/1', presence: { userId: people.eve, isOnline: true } }),
);

test('I12 the time of a fault does not count', () => {
  const fault = { event: 'fault', fault: newAttempt, class: 'F2', name: 'paused' } as const;
  const patient = andThen(fertileRun([]), send('patient'));
  const paused = andThen(andThen(patient, { ...fault, phase: 'begin' }), { ...fault, phase: 'end' }, 60_000);
  const healed = andThen(paused, { ...fault, phase: 'healed' });
  expect(rulesBroken(andThen(healed, { event: 'unknown', attempt: newAttempt }, 9_000))).toEqual([]);
});

test('a history that found no room for everything is not judged', () => {
  const { history, truth } = runOf([]);
  expect(() => checkHistory({ ...history, dropped: 1 }, truth)).toThrow(RangeError);
});

test('a history of devices nobody introduced is not judged', () => {
  const { history, truth } = andThen(runOf([]), { event: 'lost', device: 'nobody' });
  expect(() => checkHistory(history, truth)).toThrow('nobody');
});

function send(clientMsgId: string): Happening {
  return { event: 'send', attempt: newAttempt, ...ann, clientMsgId, content: text('hello?') };
}

function leftOver(more: Partial<Gauges>): Planting {
  return (run: FinishedRun) => ({
    ...run,
    truth: { ...run.truth, gauges: { baseline: idle, final: { ...idle, ...more } } },
  });
}
