import { ParleyError } from '@parley/protocol';

/** The store cannot do it now; surely nothing was done. [D11] */
export function unavailable(cause?: unknown): ParleyError {
  return new ParleyError('unavailable', undefined, { cause });
}
