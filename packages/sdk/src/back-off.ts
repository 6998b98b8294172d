import { closeCodes, comeBackAfter } from '@parley/protocol';

const baseMs = 500;
const laterBaseMs = 5_000;
const capMs = 30_000;

/** What a lost link says about coming back. */
export interface Loss {
  readonly code: number;
  readonly reason: string;
}

/**
 * When to try again: full jitter, so that a server's thousands of clients do not return at one instant, and no
 * earlier than the server advises. Undefined: never with this session.
 */
export function backOffMs(loss: Loss, attempt: number, random: () => number): number | undefined {
  const comeBack = comeBackAfter(loss.code);
  if (comeBack === 'never') return undefined;
  const advised = advisedMs(loss) ?? (comeBack === 'later' ? laterBaseMs : 0);
  const spread = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 16));
  return Math.round(advised + random() * spread);
}

/** A drain's reason is `{"retryAfterMs":n}`. */
function advisedMs({ code, reason }: Loss): number | undefined {
  if (code !== closeCodes.drain.code) return undefined;
  try {
    const { retryAfterMs } = JSON.parse(reason) as { retryAfterMs?: unknown };
    return typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? Math.min(retryAfterMs, capMs) : undefined;
  } catch {
    return undefined;
  }
}
