import { expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import { openTestLogic } from '../../test/test-logic.ts';
import { Idempotency, idempotencyLimits, type IdempotentRequest } from './idempotency.ts';

const request: IdempotentRequest = { userId: 1, key: 'k1', command: 'conversation.create', params: { title: 'A' } };

async function open() {
  const logic = await openTestLogic();
  const runs: number[] = [];
  const idempotency = new Idempotency(logic.ports.store, logic.clock);
  const run = (asked: Partial<IdempotentRequest> = {}) =>
    idempotency.once({ ...request, ...asked }, async () => ({ run: runs.push(runs.length) }));
  return { logic, idempotency, runs, run, [Symbol.asyncDispose]: () => logic[Symbol.asyncDispose]() };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof ParleyError ? error.code : 'defect'),
  );

test('a repeat gets the first answer and does nothing', async () => {
  await using opened = await open();
  expect(await opened.run()).toEqual({ run: 1 });
  expect(await opened.run()).toEqual({ run: 1 });
  expect(opened.runs).toHaveLength(1);
});

test('the same key with another request is a conflict; of another user it is another key', async () => {
  await using opened = await open();
  await opened.run();
  expect(await codeOf(opened.run({ params: { title: 'B' } }))).toBe('idempotency-conflict');
  expect(await codeOf(opened.run({ command: 'conversation.direct' }))).toBe('idempotency-conflict');
  expect(await opened.run({ userId: 2 })).toEqual({ run: 2 });
});

test('of two at once one runs and the other is told to come back', async () => {
  await using opened = await open();
  const codes = await Promise.all([codeOf(opened.run()), codeOf(opened.run())]);
  expect(codes.toSorted()).toEqual(['busy', 'none']);
  expect(opened.runs).toHaveLength(1);
});

test('a refusal is not kept', async () => {
  await using opened = await open();
  const refused = opened.idempotency.once(request, () => Promise.reject(new ParleyError('blocked')));
  expect(await codeOf(refused)).toBe('blocked');
  expect(await opened.run()).toEqual({ run: 1 });
});

test('a key is free again after a day, and a dead attempt’s after a minute', async () => {
  await using opened = await open();
  await opened.run();
  opened.logic.clock.advance(idempotencyLimits.ttlMs);
  expect(await opened.run()).toEqual({ run: 2 });
  void opened.idempotency.once({ ...request, key: 'k2' }, () => new Promise(() => undefined));
  expect(await codeOf(opened.run({ key: 'k2' }))).toBe('busy');
  opened.logic.clock.advance(idempotencyLimits.runningMs);
  expect(await opened.run({ key: 'k2' })).toEqual({ run: 3 });
});

test('what is older than a day is removed', async () => {
  await using opened = await open();
  await opened.run();
  opened.logic.clock.advance(idempotencyLimits.ttlMs + 1);
  await opened.idempotency.prune();
  expect(await opened.logic.ports.store.db.selectFrom('idempotency').selectAll().execute()).toEqual([]);
});

test('over HTTP a POST with a key runs once; of passwords and tokens nothing is kept', async () => {
  await using logic = await openTestLogic();
  const { token } = await logic.signedIn('ann');
  const create = () =>
    logic.outcome('conversation.create', { kind: 'group', title: 'G' }, { token, idempotencyKey: 'k' });
  const [first, second] = [await create(), await create()];
  expect(first.result).toBeDefined();
  expect(second.result).toEqual(first.result);
  const account = { userName: 'ben', password: 'a fine long one' };
  await logic.outcome('account.register', account, { idempotencyKey: 'r' });
  const guest = await logic.signedIn('guest-1', 'guest');
  await logic.outcome('account.claim', { ...account, userName: 'gus' }, { token: guest.token, idempotencyKey: 'c' });
  const kept = await logic.ports.store.db.selectFrom('idempotency').selectAll().execute();
  expect(kept.map((row) => row.key)).toEqual(['k']);
});
