import { ParleyError } from '@parley/protocol';
import type { CallOptions, ParleyClient } from './contract.ts';
import type { Environment } from './environment.ts';
import { waitFor } from './wait-for.ts';

/** Resolves when online; rejects when the session turns out to be over. */
export function settled(
  { connection, account }: Pick<ParleyClient, 'connection' | 'account'>,
  environment: Pick<Environment, 'after'>,
  options: Pick<CallOptions, 'signal'>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (): void => {
    if (connection.getSnapshot().status === 'online') resolve();
    const { status, endedBy } = account.getSnapshot();
    if (status === 'signed-out') reject(new ParleyError(endedBy === 'account-disabled' ? endedBy : 'unauthenticated'));
    else if (connection.getSnapshot().status === 'offline')
      reject(new ParleyError('unavailable', 'The client was closed.'));
  };
  const stops = [connection.subscribe(() => queueMicrotask(look)), account.subscribe(look)];
  look();
  return waitFor(environment, promise, options).finally(() => {
    for (const stop of stops) stop();
  });
}
