export interface ShareHolder {
  readonly id: string;
  /** What it has, what it is about to give up among it. */
  readonly has: readonly number[];
}

/**
 * Who shall have which of the partitions: everybody as many as the others, give or take one, and of those it has as many as that. What
 * somebody has and shall not keep is nobody's until it was given up, so that no partition is ever with two.
 */
export function shareOut(holders: readonly ShareHolder[], partitions: number): ReadonlyMap<string, readonly number[]> {
  const taken = new Set<number>();
  const isFree = (number: number): boolean => number < partitions && !taken.has(number);
  const claims = holders
    .toSorted((a, b) => b.has.length - a.has.length || (a.id < b.id ? -1 : 1))
    .map(({ id, has }) => {
      const own = [...new Set(has)].filter(isFree);
      for (const number of own) taken.add(number);
      return { id, own };
    });
  const free = Array.from({ length: partitions }, (_, number) => number).filter(isFree);
  const least = Math.floor(partitions / Math.max(1, claims.length));
  const withOneMore = partitions % Math.max(1, claims.length);
  return new Map(
    claims.map(({ id, own }, index) => {
      const share = least + (index < withOneMore ? 1 : 0);
      const kept = own.slice(0, share);
      return [id, [...kept, ...free.splice(0, share - kept.length)]];
    }),
  );
}
