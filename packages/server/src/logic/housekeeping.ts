import type { Context } from './context.ts';
import type { Idempotency } from './idempotency.ts';

const intervalMs = 3_600_000;

/** Removes what is over, hourly: kept answers and expired sessions. Returns the function that stops it. */
export function startHousekeeping(
  context: Pick<Context, 'store' | 'sessions' | 'log'>,
  idempotency: Idempotency,
): () => void {
  const timer = setInterval(() => void keepHouse(context, idempotency), intervalMs);
  return () => clearInterval(timer);
}

async function keepHouse(
  { store, sessions, log }: Pick<Context, 'store' | 'sessions' | 'log'>,
  idempotency: Idempotency,
): Promise<void> {
  try {
    await idempotency.prune();
    await store.write((tx) => tx.deleteFrom('devices').where('expires_at', '<=', sessions.expiry.now()).execute());
  } catch (error) {
    log.warn({ err: error }, 'housekeeping failed; the next hour tries again');
  }
}
