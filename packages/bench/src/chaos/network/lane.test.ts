import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Random } from '../random.ts';
import { Lane } from './lane.ts';
import { clear, type Weather } from './weather.ts';

/** Time that moves when it is told to. */
class Turned {
  private time = 0;
  private readonly due: { at: number; action: () => void }[] = [];

  now = (): number => this.time;

  after = (delayMs: number, action: () => void): (() => void) => {
    const entry = { at: this.time + delayMs, action };
    this.due.push(entry);
    return () => {
      const index = this.due.indexOf(entry);
      if (index >= 0) this.due.splice(index, 1);
    };
  };

  /** Until nothing waits any more. */
  run(): void {
    for (;;) {
      const next = this.due.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) return;
      this.due.splice(this.due.indexOf(next), 1);
      this.time = Math.max(this.time, next.at);
      next.action();
    }
  }
}

function laneIn(conditions: Partial<Weather>) {
  const timing = new Turned();
  const written: string[] = [];
  const weather = { ...clear, ...conditions };
  const lane = new Lane({
    direction: 'down',
    timing,
    random: new Random(1),
    weather: () => weather,
    write: (bytes) => written.push(Buffer.from(bytes).toString()),
  });
  return { lane, timing, written, weather };
}

const bytes = (text: string) => Buffer.from(text);

test('slices are 1 to 3 bytes long', () => {
  const { lane, timing, written } = laneIn({ sliceBytesMax: 3 });
  lane.take(bytes('{"push":"message.changed"}'));
  timing.run();
  expect(written.join('')).toBe('{"push":"message.changed"}');
  expect(Math.max(...written.map((piece) => piece.length))).toBeLessThanOrEqual(3);
  expect(written.length).toBeGreaterThan(8);
});

test('reads that come within the gathering time are one write', () => {
  const { lane, timing, written } = laneIn({ glueMs: 50 });
  for (const text of ['one ', 'two ', 'three']) lane.take(bytes(text));
  timing.run();
  expect(written).toEqual(['one two three']);
});

test('what is swallowed is counted and never written', () => {
  const { lane, timing, written } = laneIn({ isSilentDown: true });
  lane.take(bytes('lost'));
  timing.run();
  expect(written).toEqual([]);
  expect(lane.swallowed).toBe(4);
});

test('the cut comes in the middle of a frame, after exactly so many bytes', () => {
  const { lane, timing, written } = laneIn({});
  let cuts = 0;
  lane.cutAfter(5, () => cuts++);
  lane.take(bytes('abc'));
  lane.take(bytes('defghi'));
  timing.run();
  expect(written.join('')).toBe('abcde');
  expect(cuts).toBe(1);
});

test('a narrow way takes its time: bandwidth and latency add up', () => {
  const { lane, timing, written } = laneIn({ bytesPerSecond: 1_000, latencyMs: 100 });
  lane.take(bytes('x'.repeat(500)));
  timing.run();
  expect(written.length).toBe(1);
  expect(timing.now()).toBe(600);
});

test('the end waits for what was said before', () => {
  const { lane, timing, written } = laneIn({ latencyMs: 10 });
  lane.take(bytes('last words'));
  lane.finish(() => written.push('end'));
  expect(written).toEqual([]);
  timing.run();
  expect(written).toEqual(['last words', 'end']);
});

test('whatever the weather, bytes keep their order and none is lost or doubled', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme-ascii' }), { maxLength: 30 }),
      fc.record({
        latencyMs: fc.nat(50),
        jitterMs: fc.nat(50),
        glueMs: fc.constantFrom(0, 20),
        sliceBytesMax: fc.constantFrom(0, 1, 3),
        bytesPerSecond: fc.constantFrom(Infinity, 10_000),
      }),
      (texts, conditions) => {
        const { lane, timing, written } = laneIn(conditions);
        for (const text of texts) lane.take(bytes(text));
        timing.run();
        expect(written.join('')).toBe(texts.join(''));
        expect(lane.waitingBytes).toBe(0);
      },
    ),
  );
});
