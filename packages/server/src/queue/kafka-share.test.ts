import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { shareOut, type ShareHolder } from './kafka-share.ts';

const partitions = 16;

const holders: fc.Arbitrary<ShareHolder[]> = fc
  .array(fc.option(fc.nat(5), { nil: undefined }), { minLength: partitions, maxLength: partitions })
  .chain((owners) =>
    fc.integer({ min: 1, max: 20 }).map((count) =>
      Array.from({ length: count }, (_, index) => ({
        id: `member-${index}`,
        has: owners.flatMap((owner, number) => (owner === index ? [number] : [])),
      })),
    ),
  );

test('Q4 nobody gets what another one has, and no partition is with two', () => {
  fc.assert(
    fc.property(holders, (members) => {
      const shares = shareOut(members, partitions);
      const given = [...shares.values()].flat();
      expect(new Set(given).size).toBe(given.length);
      for (const { id, has } of members)
        for (const other of members)
          if (other.id !== id) expect(shares.get(other.id)?.filter((number) => has.includes(number))).toEqual([]);
    }),
  );
});

test('when those who have too much gave it up, everything is with somebody, and nobody has two more than another', () => {
  fc.assert(
    fc.property(holders, (members) => {
      const first = shareOut(members, partitions);
      const later = members.map(({ id }) => ({ id, has: first.get(id) ?? [] }));
      const shares = shareOut(later, partitions);
      expect([...shares.values()].flat()).toHaveLength(partitions);
      const counts = members.map(({ id }) => shares.get(id)?.length ?? 0);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(2);
      for (const { id, has } of later) expect(shares.get(id)).toEqual(expect.arrayContaining([...has]));
    }),
  );
});
