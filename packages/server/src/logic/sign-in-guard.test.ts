import { expect, test } from 'bun:test';
import { MemoryPresence } from '../presence/memory.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import { SignInGuard } from './sign-in-guard.ts';

const password = 'a fine long one';

async function guess(
  logic: TestLogic,
  count: number,
  guessed: { userName: string; address: (index: number) => string },
) {
  const codes = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const params = { userName: guessed.userName, password: `guess ${index}` };
    const { error } = await logic.outcome('session.create', params, { address: guessed.address(index) });
    codes.set(error?.code ?? 'taken', (codes.get(error?.code ?? 'taken') ?? 0) + 1);
  }
  return Object.fromEntries(codes);
}

const register = (logic: TestLogic, address: string) =>
  logic.outcome('account.register', { userName: 'ann', password }, { address });
const signIn = (logic: TestLogic, address: string) =>
  logic.outcome('session.create', { userName: 'ann', password }, { address });

test('of 1,000 guesses in a minute at most ten are evaluated, from one address or from many', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  await register(logic, '192.0.2.1');
  const fromOne = await guess(logic, 500, { userName: 'ann', address: () => '198.51.100.1' });
  const fromMany = await guess(logic, 500, { userName: 'ann', address: (index) => `203.0.113.${index % 250}` });
  expect((fromOne['wrong-credentials'] ?? 0) + (fromMany['wrong-credentials'] ?? 0)).toBe(10);
  expect(fromOne['rate-limited']).toBe(495);
});

test('guessing locks nobody out: not from a known address, nor from a new one while one address guesses', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  await register(logic, '192.0.2.1');
  await signIn(logic, '192.0.2.1');
  await guess(logic, 100, { userName: 'ann', address: () => '198.51.100.1' });
  expect((await signIn(logic, '192.0.2.9')).error).toBeUndefined();
  await guess(logic, 100, { userName: 'ann', address: (index) => `203.0.113.${index}` });
  expect((await signIn(logic, '192.0.2.1')).error).toBeUndefined();
});

test('the longer the guessing goes on, the fewer guesses are evaluated', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  await register(logic, '192.0.2.1');
  const evaluated: number[] = [];
  for (let minute = 0; minute < 6; minute++) {
    const codes = await guess(logic, 10, { userName: 'ann', address: () => '198.51.100.1' });
    evaluated.push(codes['wrong-credentials'] ?? 0);
    logic.clock.advance(60_000);
  }
  expect(evaluated).toEqual([5, 5, 5, 0, 0, 0]);
});

test('an unknown user and a wrong password look alike, and alike often', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  await register(logic, '192.0.2.1');
  const known = await guess(logic, 8, { userName: 'ann', address: () => '198.51.100.1' });
  const unknown = await guess(logic, 8, { userName: 'nobody', address: () => '198.51.100.2' });
  expect(unknown).toEqual(known);
});

test('a right password makes the tries from there begin anew', async () => {
  await using logic = await openTestLogic({ hasRateLimits: true });
  await register(logic, '192.0.2.1');
  for (let round = 0; round < 4; round++) {
    expect(await guess(logic, 4, { userName: 'ann', address: () => '192.0.2.1' })).toEqual({ 'wrong-credentials': 4 });
    expect((await signIn(logic, '192.0.2.1')).error).toBeUndefined();
  }
});

test('where nothing can be counted nobody is let in, and it is said', async () => {
  const presence = new MemoryPresence(new ManualClock());
  await presence[Symbol.asyncDispose]();
  const code = await new SignInGuard(presence).admit('ann', '192.0.2.1').then(
    () => 'admitted',
    (error: { code: string }) => error.code,
  );
  expect(code).toBe('unavailable');
});
