import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { doneBetween, readNote, writeNote } from './kafka-note.ts';

test('what is noted is read again', () => {
  const offsets = fc.uniqueArray(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(offsets, fc.nat(5), fc.nat(100), (given, tries, more) => {
      const unfinished = given.toSorted((a, b) => a - b);
      const [committed = 0] = unfinished;
      const next = (unfinished.at(-1) ?? 0) + 1 + more;
      const done = doneBetween(unfinished, next);
      const written = { by: 'me', tries, read: next, undone: unfinished.length, done };
      const note = readNote(writeNote(written, committed), committed);
      expect(note).toEqual(written);
      const isDone = (offset: number) => note.done.some(([from, to]) => from <= offset && offset < to);
      for (let offset = committed; offset < next; offset++) expect(isDone(offset)).toBe(!unfinished.includes(offset));
    }),
    { numRuns: 50 },
  );
});

test('nothing is done behind an offset without others before it', () => {
  expect(doneBetween([], 10)).toEqual([]);
  expect(doneBetween([9], 10)).toEqual([]);
});

test('a note is no longer than Kafka takes, and what is left of it is true', () => {
  const unfinished = Array.from({ length: 4_000 }, (_, index) => index * 2);
  const done = doneBetween(unfinished, 8_000);
  const text = writeNote({ by: 'me', tries: 3, read: 8_000, undone: unfinished.length, done }, 0);
  expect(text.length).toBeLessThan(4_096);
  const note = readNote(text, 0);
  expect(note.tries).toBe(3);
  expect(note.done.length).toBeGreaterThan(100);
  expect(note.done).toEqual(done.slice(0, note.done.length));
});

test.each(['', 'x', '1.2.3', 'x 1', 'x 1.2', 'x -1.2.3', 'x 1.2.3.?', 'hello, world'])(
  '%p is nobody’s note',
  (text) => {
    expect(readNote(text, 7)).toEqual({ by: '', tries: 0, read: 7, undone: 0, done: [] });
  },
);
