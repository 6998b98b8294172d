const keptMax = 50;

/** One's own latest messages by conversation: what can be edited, recalled, reacted to. */
export class RecentSeqs {
  readonly #seqs = new Map<number, number[]>();

  add(conversationId: number, seq: number): void {
    const seqs = this.#seqs.get(conversationId) ?? [];
    this.#seqs.set(conversationId, [...seqs, seq].slice(-keptMax));
  }

  /** `where` from 0 to less than 1. */
  at(conversationId: number, where: number): number | undefined {
    const seqs = this.#seqs.get(conversationId) ?? [];
    return seqs[Math.floor(where * seqs.length)];
  }
}
