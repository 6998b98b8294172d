import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { UserTally } from './user-tally.ts';

test('counts distinct users whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ userId: fc.integer({ min: 1, max: 4 }), isComing: fc.boolean() })), (steps) => {
      const tally = new UserTally();
      const model = new Map<number, number>();
      for (const { userId, isComing } of steps) {
        const count = model.get(userId) ?? 0;
        if (!isComing && count === 0) continue;
        if (isComing) tally.add(userId);
        else tally.remove(userId);
        if (isComing || count > 1) model.set(userId, count + (isComing ? 1 : -1));
        else model.delete(userId);
        expect(tally.size).toBe(model.size);
        expect(new Set(tally.first(10))).toEqual(new Set(model.keys()));
        expect(tally.first(2)).toHaveLength(Math.min(2, model.size));
      }
    }),
  );
});
