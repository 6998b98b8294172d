const callersMax = 10_000;

/**
 * Keeps the requests of each caller in their order: one that comes after a later one, or a second time, is refused, because its
 * caller gave it up long ago. So nothing that lay in the sockets of a paused process takes effect behind its successors. [C4]
 */
export class CallerOrder {
  /** The last request begun, by caller; who was heard longest ago comes first. */
  private readonly last = new Map<string, number>();

  /** `header` is `<caller> <number>`. Returns whether the request may begin. */
  admit(header: string): boolean {
    const [caller = '', digits = ''] = header.split(' ');
    const number = Number(digits);
    const last = this.last.get(caller) ?? 0;
    if (!Number.isSafeInteger(number) || number <= last) return false;
    this.last.delete(caller);
    if (this.last.size >= callersMax) this.forgetOldest();
    this.last.set(caller, number);
    return true;
  }

  private forgetOldest(): void {
    for (const caller of this.last.keys()) {
      this.last.delete(caller);
      return;
    }
  }
}
