/**
 * Counts every delivery by client and version: each client, in one conversation, has to hear 1, 2, 3 … once and in order.
 * A benchmark that lost something has no figure.
 */
export class Ledger {
  private readonly heard: Uint32Array;
  private readonly lastUser: number;
  private whenComplete: (() => void) | undefined;
  private wanted = Infinity;
  /** Deliveries so far. */
  deliveries = 0;

  constructor(users: number) {
    this.lastUser = users;
    this.heard = new Uint32Array(users + 1);
  }

  /** @throws Error when it is not the next version. */
  take(userId: number, version: number): void {
    const expected = (this.heard[userId] ?? 0) + 1;
    if (version !== expected) throw new Error(`User ${userId} heard version ${version} and not ${expected}.`);
    this.heard[userId] = version;
    this.deliveries++;
    if (this.deliveries === this.wanted) this.whenComplete?.();
  }

  /** The last version the user heard. */
  of(userId: number): number {
    return this.heard[userId] ?? 0;
  }

  /** Resolves when there were this many deliveries since the beginning. @throws Error when none came for `patienceMs`. */
  async complete(deliveries: number, patienceMs = 30_000): Promise<void> {
    if (this.deliveries < deliveries) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      [this.wanted, this.whenComplete] = [deliveries, resolve];
      let before = this.deliveries;
      const timer = setInterval(() => {
        if (this.deliveries === before) reject(new Error(this.missing(deliveries)));
        before = this.deliveries;
      }, patienceMs);
      await promise.finally(() => clearInterval(timer));
    }
    if (this.deliveries !== deliveries) throw new Error(this.missing(deliveries));
  }

  private missing(deliveries: number): string {
    return `${this.deliveries} of ${deliveries} deliveries came to ${this.lastUser} clients.`;
  }
}
