import { expect, test } from 'bun:test';
import { ManualClock } from '../../test/manual-clock.ts';
import { MemoryQueue } from '../queue/memory.ts';
import { AdjustableClock } from './adjustable-clock.ts';
import { DisorderedQueue } from './disordered-queue.ts';
import { FaultControl } from './fault-control.ts';
import { faultPointNames, faultPointsOf } from './fault-points.ts';
import { Faults } from './faults.ts';

function open() {
  const parts = {
    faults: new Faults(),
    points: faultPointNames,
    clock: new AdjustableClock(new ManualClock()),
    queue: new DisorderedQueue(new MemoryQueue()),
    store: { isReadOnly: false },
  };
  const control = new FaultControl(parts);
  const send = (body: string, type = 'application/json') =>
    control.post(new Request('http://127.0.0.1/faults', { method: 'POST', body, headers: { 'content-type': type } }));
  return { ...parts, control, post: (body: unknown) => send(JSON.stringify(body)), send };
}

test('says of every point what passed it, and how clock, queue and store are', async () => {
  const { control, faults } = open();
  void faults.at('ack.before');
  const state = await control.get().json();
  expect(Object.keys(state.points)).toEqual(faultPointNames);
  expect(state.points['ack.before']).toEqual({ hits: 1, fired: 0 });
  expect(state).toMatchObject({
    clock: { offsetMs: 0, isFrozen: false },
    queue: { isDisordered: false },
    store: { isReadOnly: false },
  });
});

test('does all that one request asks for, and answers the state after it', async () => {
  const { post, clock, queue, store } = open();
  const answer = await post({
    arm: { point: 'commit.after', action: 'fail', skip: 3 },
    clock: { offsetMs: -3_600_000, isFrozen: true },
    queue: { isDisordered: true },
    store: { isReadOnly: true },
    stallLoopMs: 1,
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    points: { 'commit.after': { armed: { action: 'fail', stallMs: 1_000, skip: 3, times: 1 } } },
    clock: { offsetMs: -3_600_000, isFrozen: true },
    queue: { isDisordered: true },
    store: { isReadOnly: true },
  });
  await post({ clear: true });
  expect([clock.state(), queue.isDisordered, store.isReadOnly]).toEqual([
    { offsetMs: 0, isFrozen: false },
    false,
    false,
  ]);
});

test.each([
  [{ arm: { point: 'commit.affter', action: 'kill' } }, '/arm/point'],
  [{ arm: { point: 'commit.after', action: 'explode' } }, '/arm/action'],
  [{ arm: { point: 'commit.after', action: 'fail', times: 0 } }, '/arm/times'],
  [{ clock: { offsetMs: 'now' } }, '/clock/offsetMs'],
  [{ stallLoopMs: 1e9 }, '/stallLoopMs'],
  [{ queue: {} }, '/queue/isDisordered'],
  [{ clear: false }, '/clear'],
])('refuses %j and names %s', async (body, pointer) => {
  const answer = await open().post(body);
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ code: 'invalid-params', fields: [{ pointer }] });
});

test('a process tells of the points its roles come to, and refuses what is not in it', async () => {
  const { faults, clock } = open();
  const control = new FaultControl({ faults, clock, points: faultPointsOf(['connect']) });
  const state = await control.get().json();
  expect(Object.keys(state)).toEqual(['points', 'clock']);
  expect(Object.keys(state.points)).toEqual(['command.received', 'publish.before']);
  const post = (body: unknown) =>
    control.post(
      new Request('http://127.0.0.1/faults', {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    );
  for (const [body, pointer] of [
    [{ arm: { point: 'commit.after', action: 'kill' } }, '/arm/point'],
    [{ queue: { isDisordered: true } }, '/queue'],
    [{ store: { isReadOnly: true } }, '/store'],
  ] as const)
    expect(await (await post(body)).json()).toMatchObject({ code: 'invalid-params', fields: [{ pointer }] });
  expect((await post({ arm: { point: 'publish.before', action: 'fail' } })).status).toBe(200);
  expect((await post({ clear: true })).status).toBe(200);
});

test('refuses what is no JSON, also when a page of another origin may send it unasked', async () => {
  const { send, faults } = open();
  expect(await (await send('{')).json()).toMatchObject({ code: 'invalid-frame' });
  const fromPage = await send('{"arm":{"point":"ack.before","action":"kill"}}', 'text/plain');
  expect(fromPage.status).toBe(400);
  expect(faults.state()['ack.before'].armed).toBeUndefined();
});
