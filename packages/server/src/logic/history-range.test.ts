import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { historyRange } from './history-range.ts';

const readable = fc
  .record({ floor: fc.nat(40), length: fc.nat(40) })
  .map(({ floor, length }) => ({ floor, head: floor + length }));
const limit = fc.integer({ min: 1, max: 15 });
const edge = fc.integer({ min: 1, max: 100 });

const seqs = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

test('D13 a page never leaves what may be read, never exceeds its limit, and says truly what is beyond it', () => {
  const page = fc.oneof(
    fc.record({ limit }),
    fc.record({ limit, before: edge }),
    fc.record({ limit, after: fc.nat(100) }),
    fc.record({ limit, around: edge }),
  );
  fc.assert(
    fc.property(readable, page, ({ floor, head }, page) => {
      const range = historyRange(page, { floor, head });
      const items = seqs(range.from, range.to);
      expect(items.length).toBeLessThanOrEqual(page.limit);
      expect(items.every((seq) => seq > floor && seq <= head)).toBe(true);
      if (items.length > 0) expect([range.hasOlder, range.hasNewer]).toEqual([range.from > floor + 1, range.to < head]);
    }),
  );
});

test('paging back from the newest visits every seq once', () => {
  fc.assert(
    fc.property(readable, limit, ({ floor, head }, limit) => {
      const pages: number[] = [];
      for (
        let range = historyRange({ limit }, { floor, head });
        ;
        range = historyRange({ limit, before: range.from }, { floor, head })
      ) {
        pages.unshift(...seqs(range.from, range.to));
        if (!range.hasOlder) break;
      }
      expect(pages).toEqual(seqs(floor + 1, head));
    }),
  );
});

test('paging forward from the oldest visits every seq once', () => {
  fc.assert(
    fc.property(readable, limit, ({ floor, head }, limit) => {
      const pages: number[] = [];
      for (
        let range = historyRange({ limit, after: 0 }, { floor, head });
        ;
        range = historyRange({ limit, after: range.to }, { floor, head })
      ) {
        pages.push(...seqs(range.from, range.to));
        if (!range.hasNewer) break;
      }
      expect(pages).toEqual(seqs(floor + 1, head));
    }),
  );
});

test('a page around a seq that may be read contains it and is as full as can be', () => {
  fc.assert(
    fc.property(readable, limit, fc.nat(100), ({ floor, head }, limit, offset) => {
      fc.pre(head > floor);
      const around = floor + 1 + (offset % (head - floor));
      const { from, to } = historyRange({ limit, around }, { floor, head });
      expect(seqs(from, to)).toContain(around);
      expect(seqs(from, to)).toHaveLength(Math.min(limit, head - floor));
    }),
  );
});
