import { ParleyError } from '@parley/protocol';
import type { CallOptions } from './contract.ts';
import type { Environment } from './environment.ts';

/**
 * Waits for something that goes on whether or not it is waited for.
 * @throws the signal’s reason; ParleyError `deadline-exceeded` after `timeoutMs`
 */
export function waitFor<T>(
  { after }: Pick<Environment, 'after'>,
  work: Promise<T>,
  { signal, timeoutMs }: CallOptions,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  work.then(resolve, reject);
  const aborted = (): void => reject(signal?.reason as Error);
  const tooLate = (): void => reject(new ParleyError('deadline-exceeded'));
  const stopTimer = timeoutMs === undefined ? undefined : after(timeoutMs, tooLate);
  signal?.addEventListener('abort', aborted, { once: true });
  if (signal?.aborted === true) aborted();
  return promise.finally(() => {
    stopTimer?.();
    signal?.removeEventListener('abort', aborted);
  });
}
