import { networkOf } from '../network-of.ts';

/** How many sockets come from each network: whoever has an IPv6 address has all others of its /64. */
export class NetworkTally {
  private readonly counts = new Map<string, number>();

  /** Networks with a socket. */
  get size(): number {
    return this.counts.size;
  }

  /** @returns how many there are now. */
  add(address: string): number {
    const network = networkOf(address);
    const count = (this.counts.get(network) ?? 0) + 1;
    this.counts.set(network, count);
    return count;
  }

  remove(address: string): void {
    const network = networkOf(address);
    const left = (this.counts.get(network) ?? 1) - 1;
    if (left > 0) this.counts.set(network, left);
    else this.counts.delete(network);
  }
}
