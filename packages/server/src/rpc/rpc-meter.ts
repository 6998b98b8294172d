import { ParleyError, type ErrorCode } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Target } from './service-stubs.ts';

/** Told of calls made from this process, for the metrics. */
export interface RpcMeter {
  /** A call has ended; without a code it was answered. */
  ended(target: Target, ms: number, code?: ErrorCode): void;
  /** A call goes to another node, because one did not take it. */
  retried(target: Target): void;
}

/** The same call, told to the meter when it ends. */
export function measured<T>(
  call: Promise<T>,
  { meter, target, clock }: { readonly meter: RpcMeter | undefined; readonly target: Target; readonly clock: Clock },
): Promise<T> {
  if (meter === undefined) return call;
  const fromMs = clock.monotonic();
  call.then(
    () => meter.ended(target, clock.monotonic() - fromMs),
    (error: unknown) => meter.ended(target, clock.monotonic() - fromMs, codeOf(error)),
  );
  return call;
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof ParleyError ? error.code : 'internal';
}
