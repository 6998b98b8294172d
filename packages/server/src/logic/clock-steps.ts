import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';

export const clockStepLimits = {
  /** How often the clock is looked at, and how much later than what is kept a time may have been given out. */
  intervalMs: 20_000,
  /** Smaller steps back are covered: changes a minute older than asked for are told again. */
  toleratedMs: 20_000,
  /** Steps that are remembered; older ones become one. */
  stepsMax: 16,
} as const;

/** Times after `from` and up to `to` were given out before the clock went back, and may come a second time. */
interface Step {
  readonly from: number;
  readonly to: number;
}

interface Kept {
  readonly seenMs: number;
  readonly steps: readonly Step[];
}

const name = 'clock';

/**
 * Remembers when the clock went back, also over a restart: who asks for the changes since a time that came twice would not
 * be told of those the second time round, so such a time is not trusted. [D3, D6, F12]
 */
export class ClockSteps {
  private readonly parts: { readonly store: Pick<Store, 'db' | 'write'>; readonly clock: Clock; readonly log: Log };
  private kept: Kept | undefined;
  private isSaved = false;

  constructor(parts: { readonly store: Pick<Store, 'db' | 'write'>; readonly clock: Clock; readonly log: Log }) {
    this.parts = parts;
  }

  /** Whether everything that changed after `since`, a time of this server, has a later time. */
  async trusts(since: number): Promise<boolean> {
    const { steps } = (this.kept ??= await this.load());
    return (
      since <= this.parts.clock.now() + clockStepLimits.toleratedMs &&
      !steps.some(({ from, to }) => since > from && since <= to)
    );
  }

  /** Looks at the clock, and keeps what it says. */
  async look(): Promise<void> {
    const kept = (this.kept ??= await this.load());
    const now = this.parts.clock.now();
    const next =
      now < kept.seenMs - clockStepLimits.toleratedMs
        ? this.stepped(kept, now)
        : { ...kept, seenMs: Math.max(now, kept.seenMs) };
    this.kept = next;
    if (this.isSaved && next.seenMs === kept.seenMs) return;
    await this.parts.store.write(async (tx) => {
      await tx.deleteFrom('settings').where('name', '=', name).execute();
      await tx
        .insertInto('settings')
        .values({ name, value: JSON.stringify(next) })
        .execute();
    });
    this.isSaved = true;
  }

  private stepped({ seenMs, steps }: Kept, now: number): Kept {
    const { intervalMs, stepsMax } = clockStepLimits;
    this.parts.log.warn(
      { backMs: seenMs - now },
      'the clock went back; devices that were here in that time fetch their list anew',
    );
    const all = [...steps, { from: now - intervalMs, to: seenMs + intervalMs }];
    const old = all.slice(0, Math.max(0, all.length - stepsMax + 1));
    const merged = { from: Math.min(...old.map(({ from }) => from)), to: Math.max(...old.map(({ to }) => to)) };
    return { seenMs: now, steps: old.length === 0 ? all : [merged, ...all.slice(old.length)] };
  }

  private async load(): Promise<Kept> {
    const { store, clock } = this.parts;
    const row = await store.db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
    const loaded = row === undefined ? { seenMs: clock.now(), steps: [] } : (JSON.parse(row.value) as Kept);
    const now = clock.now();
    return now < loaded.seenMs - clockStepLimits.toleratedMs ? this.stepped(loaded, now) : loaded;
  }
}
