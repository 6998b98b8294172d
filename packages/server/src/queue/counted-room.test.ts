import { expect, test } from 'bun:test';
import { ManualClock } from '../../test/manual-clock.ts';
import { codeOf } from '../../test/queue/code-of.ts';
import { CountedRoom } from './counted-room.ts';

const entriesMax = 100;

/** An engine that is slow to count. */
class Engine {
  readonly clock = new ManualClock();
  readonly room = new CountedRoom({ clock: this.clock, entriesMax });
  readonly sent: string[] = [];
  waiting = 0;
  counts = 0;
  private counting: PromiseWithResolvers<void> | undefined;

  send(name: string, durable = 1): Promise<void> {
    const send = async (): Promise<void> => {
      this.waiting += durable;
      this.sent.push(name);
    };
    return this.room.send({ durable, count: () => this.count(), send });
  }

  /** The next count waits until it is called. */
  hold(): () => void {
    this.counting = Promise.withResolvers();
    return this.counting.resolve;
  }

  private async count(): Promise<number> {
    this.counts++;
    this.clock.advance(1);
    await this.counting?.promise;
    return this.waiting;
  }
}

/** An engine with so much in it that what comes counts anew. */
function busyEngine(waiting: number): Engine {
  const engine = new Engine();
  engine.waiting = waiting;
  return engine;
}

test('all who come while it is counted share one count, and go in their order', async () => {
  const engine = busyEngine(60);
  const release = engine.hold();
  const names = Array.from({ length: 30 }, (_, index) => String(index));
  const sending = names.map((name) => engine.send(name));
  release();
  await Promise.all(sending);
  expect([engine.counts, engine.sent]).toEqual([1, names]);
  engine.clock.advance(1);
  await engine.send('later');
  expect(engine.counts).toBe(2);
});

test('those who share a count are refused as busy beyond the bound, and not counted for', async () => {
  const engine = busyEngine(entriesMax - 2);
  const codes = Array.from({ length: 5 }, (_, index) => codeOf(engine.send(String(index))));
  const refused = await Promise.all(codes.slice(2));
  expect([engine.counts, engine.sent, refused]).toEqual([1, ['0', '1'], ['busy', 'busy', 'busy']]);
});

test('what takes no room is sent without a count', async () => {
  const engine = busyEngine(entriesMax);
  await engine.send('typing', 0);
  expect([engine.counts, engine.sent]).toEqual([0, ['typing']]);
});

test('a count is good for a while when there is much room, and forgotten when the engine is another', async () => {
  const engine = new Engine();
  await engine.send('first');
  engine.clock.advance(1_000);
  await engine.send('second');
  expect(engine.counts).toBe(1);
  engine.clock.advance(1);
  await engine.send('third');
  expect(engine.counts).toBe(2);
  engine.room.forget();
  await engine.send('fourth');
  expect(engine.counts).toBe(3);
});
