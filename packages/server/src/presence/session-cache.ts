import type { Clock } from '../clock.ts';
import type { Session } from '../session.ts';
import { presenceLimits } from './presence.ts';

interface Cached {
  readonly session: Session;
  readonly endsAtMs: number;
}

const sessionsMax = 100_000;

/** Sessions by the hash of their token, each for `sessionTtlMs`; the oldest makes room. [P5] */
export class SessionCache {
  private readonly clock: Clock;
  /** In the order of their ends, because all live equally long. */
  private readonly byHash = new Map<string, Cached>();
  private readonly hashOfDevice = new Map<number, string>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  find(tokenHash: string): Session | undefined {
    const cached = this.byHash.get(tokenHash);
    return cached !== undefined && cached.endsAtMs > this.clock.monotonic() ? cached.session : undefined;
  }

  /** A device has one token: what was kept for the one before is forgotten. */
  keep(tokenHash: string, session: Session): void {
    this.forget(session.deviceId);
    this.remove(tokenHash);
    this.makeRoom();
    this.byHash.set(tokenHash, { session, endsAtMs: this.clock.monotonic() + presenceLimits.sessionTtlMs });
    this.hashOfDevice.set(session.deviceId, tokenHash);
  }

  forget(deviceId: number): void {
    const hash = this.hashOfDevice.get(deviceId);
    if (hash !== undefined) this.remove(hash);
  }

  private makeRoom(): void {
    for (const [hash, { endsAtMs }] of this.byHash) {
      if (endsAtMs > this.clock.monotonic() && this.byHash.size < sessionsMax) return;
      this.remove(hash);
    }
  }

  private remove(tokenHash: string): void {
    const cached = this.byHash.get(tokenHash);
    if (cached === undefined) return;
    this.byHash.delete(tokenHash);
    this.hashOfDevice.delete(cached.session.deviceId);
  }
}
