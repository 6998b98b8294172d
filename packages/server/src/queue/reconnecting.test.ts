import { expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import { quiet } from '../../test/connect/test-node.ts';
import { systemClock } from '../clock.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { codeOf } from '../../test/queue/code-of.ts';
import { telling } from '../../test/queue/telling.ts';
import { Reconnecting, reconnectingLimits } from './reconnecting.ts';

/** An engine that can be away, and what was opened at it and cut. */
class Engine {
  isAway = false;
  opened = 0;
  cut: number[] = [];
  readonly logged: string[] = [];
  readonly clock = new ManualClock();
  lost: (error: unknown) => void = () => undefined;
  readonly connection = new Reconnecting<number>({
    clock: this.clock,
    log: { ...quiet, ...telling(this.logged) },
    callMs: reconnectingLimits.callMs,
    open: async (lost) => {
      this.lost = lost;
      if (this.isAway) throw new Error('away');
      return ++this.opened;
    },
    close: async () => undefined,
    cut: (opened) => void this.cut.push(opened),
  });

  ask(): Promise<number> {
    return this.connection.run(async (opened) => opened);
  }
}

test('calls share what is open, and a failure is the end of it', async () => {
  const engine = new Engine();
  expect(await Promise.all([engine.ask(), engine.ask()])).toEqual([1, 1]);
  expect(await codeOf(engine.connection.run(() => Promise.reject(new Error('broken'))))).toBe('unavailable');
  expect(engine.cut).toEqual([1]);
  engine.clock.advance(reconnectingLimits.backOffMsMin);
  expect(await engine.ask()).toBe(2);
});

test('after a failure nobody asks for a while, each time for longer, up to a limit', async () => {
  const engine = new Engine();
  engine.isAway = true;
  for (let waitMs = reconnectingLimits.backOffMsMin; waitMs <= reconnectingLimits.backOffMsMax; waitMs *= 2) {
    expect(await codeOf(engine.ask())).toBe('unavailable');
    engine.clock.advance(waitMs - 1);
    engine.isAway = false;
    expect(await codeOf(engine.ask())).toBe('unavailable');
    engine.isAway = true;
    engine.clock.advance(1);
  }
  engine.isAway = false;
  expect(await engine.ask()).toBe(1);
  expect(engine.logged).toEqual(['The queue does not answer', 'The queue is back']);
});

test('what opens and takes nothing is away: its pauses get longer, and it is told once', async () => {
  const engine = new Engine();
  const refused = () => engine.connection.run(() => Promise.reject(new Error('not allowed')));
  const { backOffMsMin, backOffMsMax } = reconnectingLimits;
  for (let waitMs = backOffMsMin; waitMs <= backOffMsMax; waitMs *= 2) {
    expect(await codeOf(refused())).toBe('unavailable');
    const { opened } = engine;
    engine.clock.advance(waitMs - 1);
    expect([await codeOf(engine.ask()), engine.opened]).toEqual(['unavailable', opened]);
    engine.clock.advance(1);
  }
  expect(engine.logged).toEqual(['The queue does not answer']);
  await engine.ask();
  expect(engine.logged).toEqual(['The queue does not answer', 'The queue is back']);
});

test('who asks while nobody does is told why', async () => {
  const engine = new Engine();
  engine.isAway = true;
  for (let times = 0; times < 2; times++) {
    const error = await engine.ask().catch((refusal: unknown) => refusal);
    expect(error instanceof ParleyError && String(error.cause)).toContain('away');
  }
});

test('what the engine itself ends is opened anew', async () => {
  const engine = new Engine();
  await engine.ask();
  engine.lost(new Error('closed'));
  engine.clock.advance(reconnectingLimits.backOffMsMin);
  expect(await engine.ask()).toBe(2);
});

test('a refusal of ours passes, and the connection stays', async () => {
  const engine = new Engine();
  expect(await codeOf(engine.connection.run(() => Promise.reject(new ParleyError('busy'))))).toBe('busy');
  expect([await engine.ask(), engine.cut]).toEqual([1, []]);
});

test('what its caller gave up while the engine was opened is not done afterwards', async () => {
  const open = Promise.withResolvers<number>();
  const connection = new Reconnecting<number>({
    clock: systemClock,
    log: quiet,
    callMs: 20,
    open: () => open.promise,
    close: async () => undefined,
    cut: () => undefined,
  });
  const done: string[] = [];
  const ask = (name: string) => connection.run(async () => void done.push(name));
  expect(await codeOf(ask('given up'))).toBe('unavailable');
  open.resolve(1);
  await ask('waited for');
  expect(done).toEqual(['waited for']);
});

test('what is given up while it is opened is not waited for', async () => {
  const open = Promise.withResolvers<number>();
  const cut: number[] = [];
  const connection = new Reconnecting<number>({
    clock: new ManualClock(),
    log: quiet,
    callMs: reconnectingLimits.callMs,
    open: () => open.promise,
    close: async () => undefined,
    cut: (opened) => void cut.push(opened),
  });
  const asking = codeOf(connection.run(async (opened) => opened));
  connection.giveUp(new Error('It was closed.'));
  expect(await asking).toBe('unavailable');
  await connection.close();
  open.resolve(1);
  await open.promise;
  expect(cut).toEqual([1]);
});

test(`of more than ${reconnectingLimits.callsMax} calls without an answer the next is refused as busy`, async () => {
  const engine = new Engine();
  const answer = Promise.withResolvers<void>();
  const calls = Array.from({ length: reconnectingLimits.callsMax }, () => engine.connection.run(() => answer.promise));
  expect(await codeOf(engine.ask())).toBe('busy');
  answer.resolve();
  await Promise.all(calls);
  expect(await engine.ask()).toBe(1);
});

test('what is closed is cut, and calls are unavailable', async () => {
  const engine = new Engine();
  await engine.ask();
  await engine.connection.close();
  expect([engine.cut, await codeOf(engine.ask())]).toEqual([[1], 'unavailable']);
});
