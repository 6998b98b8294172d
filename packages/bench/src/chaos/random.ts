const two32 = 0x1_0000_0000;
const goldenStep = 0x9e37_79b9;

/**
 * Numbers that look random and follow from a seed alone. `stream` gives every use its own sequence, so that one more
 * number drawn here moves nothing there. Small and fast (splitmix32); not for secrets.
 */
export class Random {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = this.#state = seed >>> 0;
  }

  /** The sequence of that name; the same for the same seed and name, however much was drawn before. */
  stream(name: string): Random {
    let hash = mixed(this.#seed ^ goldenStep);
    for (const character of name) hash = mixed(hash ^ (character.codePointAt(0) ?? 0));
    return new Random(hash);
  }

  /** From 0 to less than 1. */
  next(): number {
    this.#state = (this.#state + goldenStep) >>> 0;
    return mixed(this.#state) / two32;
  }

  /** An integer from 0 to less than `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** An integer from `min` to `max`. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError when there is nothing to pick. */
  pick<T>(items: readonly T[]): T {
    const index = this.below(items.length);
    if (index >= items.length) throw new RangeError('There is nothing to pick.');
    return items[index] as T;
  }

  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items];
    for (let last = rest.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [rest[last], rest[other]] = [rest[other] as T, rest[last] as T];
    }
    return rest;
  }
}

function mixed(value: number): number {
  let bits = value >>> 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0_aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a_2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}
