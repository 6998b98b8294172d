import { limits } from '@parley/protocol';

/** Whose presence any of them wants; beyond the limit, those wanted longest ago give way. */
export class PresenceUnion<Member> {
  /** The latest wish last. */
  readonly #wanted = new Map<Member, readonly number[]>();

  /** Replaces what the member wanted before. @returns what all of them want now */
  want(member: Member, userIds: readonly number[]): number[] {
    this.#wanted.delete(member);
    this.#wanted.set(member, userIds);
    return this.userIds();
  }

  /** @returns whether it wanted anybody */
  forget(member: Member): boolean {
    const wanted = this.#wanted.get(member);
    this.#wanted.delete(member);
    return wanted !== undefined && wanted.length > 0;
  }

  userIds(): number[] {
    const all = [...this.#wanted.values()].toReversed().flat();
    return [...new Set(all)].slice(0, limits.presenceWatchMax).toSorted((a, b) => a - b);
  }
}
