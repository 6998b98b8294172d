import { ParleyError, rates, type Rate, type RateClass } from '@parley/protocol';
import type { Presence } from '../presence/presence.ts';
import type { CommandOutcome } from '../rpc/rpc.ts';
import { networkOf } from '../network-of.ts';

export interface RateRequest {
  readonly rate: RateClass;
  readonly userId: number | undefined;
  readonly address: string;
}

export type RateState = NonNullable<CommandOutcome['rate']> & { readonly retryAfterMs: number };

/** Classes that must not run uncounted: guessing and mass registration begin there. */
const failClosed: ReadonlySet<RateClass> = new Set(['signIn', 'register']);

/** Counts one command. A presence that cannot count refuses sign-ins and lets the rest through: it is not the truth. [D15] */
export async function countHit(presence: Presence, request: RateRequest): Promise<RateState> {
  const { limit, windowMs, per }: Rate = rates[request.rate];
  const who = per === 'user' && request.userId !== undefined ? `u${request.userId}` : `a${networkOf(request.address)}`;
  try {
    const { retryAfterMs, remaining } = await presence.hit(`${request.rate}:${who}`, limit, windowMs);
    return { limit, remaining, retryAfterMs, resetMs: retryAfterMs > 0 ? retryAfterMs : windowMs };
  } catch (cause) {
    if (failClosed.has(request.rate)) throw new ParleyError('unavailable', undefined, { cause });
    return { limit, remaining: limit, retryAfterMs: 0, resetMs: windowMs };
  }
}
