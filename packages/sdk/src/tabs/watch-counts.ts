/** Who has which conversations on screen. */
export class WatchCounts<Member> {
  readonly #watchers = new Map<number, Set<Member>>();

  add(member: Member, conversationId: number): void {
    const watchers = this.#watchers.get(conversationId) ?? new Set();
    this.#watchers.set(conversationId, watchers.add(member));
  }

  /** @returns whether nobody watches it any more */
  remove(member: Member, conversationId: number): boolean {
    const watchers = this.#watchers.get(conversationId);
    watchers?.delete(member);
    if (watchers !== undefined && watchers.size > 0) return false;
    this.#watchers.delete(conversationId);
    return true;
  }

  /** @returns the conversations nobody watches any more */
  forget(member: Member): number[] {
    return [...this.#watchers]
      .filter(([id, watchers]) => watchers.has(member) && this.remove(member, id))
      .map(([id]) => id);
  }
}
