import type { Store } from '../store/store.ts';

/** A device's last use is stored this often at most: a write per command would cost more than it tells. */
const intervalMs = 3_600_000;
/** Uses gather this long, so that thousands of devices that come back together are a few writes. */
const gatherMs = 1_000;
/** Devices of one write. */
const batchMax = 500;

interface Use {
  readonly id: number;
  readonly last_used_at: number;
}

/** Remembers when devices were used, which also moves the end of their sessions on. */
export class DeviceUses {
  private readonly store: Pick<Store, 'write'>;
  private readonly sessionTtlMs: number;
  private readonly waiting = new Map<number, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Pick<Store, 'write'>, sessionTtlMs: number) {
    this.store = store;
    this.sessionTtlMs = sessionTtlMs;
  }

  note(device: Use, now: number): void {
    if (now - device.last_used_at < intervalMs) return;
    this.waiting.set(device.id, now);
    this.timer ??= setTimeout(() => void this.flush(), gatherMs);
  }

  /** Stores what gathered; never rejects: what is lost is noted again at the next use. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const uses = [...this.waiting];
    this.waiting.clear();
    for (let from = 0; from < uses.length; from += batchMax) await this.save(uses.slice(from, from + batchMax));
  }

  private async save(uses: readonly (readonly [id: number, now: number])[]): Promise<void> {
    const now = Math.max(...uses.map(([, usedAt]) => usedAt));
    try {
      await this.store.write((tx) =>
        tx
          .updateTable('devices')
          .set({ last_used_at: now, expires_at: now + this.sessionTtlMs })
          .where(
            'id',
            'in',
            uses.map(([id]) => id),
          )
          .execute(),
      );
    } catch {
      // The store is away; the commands themselves say so.
    }
  }
}
