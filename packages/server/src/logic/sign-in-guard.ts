import { ParleyError } from '@parley/protocol';
import type { Presence } from '../presence/presence.ts';
import { networkOf } from '../network-of.ts';

interface Allowance {
  readonly limit: number;
  readonly windowMs: number;
}

/** Passwords tried for one account from one network: the longer it goes on, the longer the wait. */
const perNetwork: readonly Allowance[] = [
  { limit: 5, windowMs: 60_000 },
  { limit: 15, windowMs: 900_000 },
  { limit: 40, windowMs: 86_400_000 },
];
/** Passwords tried for one account from all networks it was never signed in from: more than one of them may use up. */
const fromStrangers: readonly Allowance[] = [{ limit: 10, windowMs: 60_000 }];
/** Accounts whose networks are remembered. */
const knownMax = 50_000;

/**
 * Slows guessing without locking anyone out: whoever signed in from a network before is counted apart from strangers, so
 * a stranger who uses up the account's tries leaves the owner theirs. Names that do not exist are counted alike.
 */
export class SignInGuard {
  private readonly presence: Pick<Presence, 'hit'>;
  /** How often an account was signed in to from a network; each time its tries begin anew. Lives as long as the process. */
  private readonly known = new Map<string, number>();

  constructor(presence: Pick<Presence, 'hit'>) {
    this.presence = presence;
  }

  /** Counts one try, before the password is looked at. @throws ParleyError `rate-limited`; `unavailable` when nothing can count. */
  async admit(nameKey: string, address: string): Promise<void> {
    const place = placeOf(nameKey, address);
    const times = this.known.get(place);
    for (const allowance of perNetwork) await this.hit(`guess:${place} ${times ?? 0}`, allowance);
    if (times !== undefined) return;
    for (const allowance of fromStrangers) await this.hit(`guess:${nameKey}`, allowance);
  }

  /** The password was right. */
  succeeded(nameKey: string, address: string): void {
    const place = placeOf(nameKey, address);
    const times = this.known.get(place) ?? 0;
    // Anew at the end: the first key is the one that was not used for the longest.
    this.known.delete(place);
    this.known.set(place, times + 1);
    if (this.known.size > knownMax) for (const oldest of this.known.keys()) return void this.known.delete(oldest);
  }

  private async hit(key: string, { limit, windowMs }: Allowance): Promise<void> {
    const { retryAfterMs } = await this.presence.hit(`${key} ${windowMs}`, limit, windowMs).catch((cause: unknown) => {
      throw new ParleyError('unavailable', undefined, { cause });
    });
    if (retryAfterMs > 0) throw new ParleyError('rate-limited', undefined, { retryAfterMs });
  }
}

function placeOf(nameKey: string, address: string): string {
  return `${networkOf(address)} ${nameKey}`;
}
