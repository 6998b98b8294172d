import { errorTable, ParleyError, toWireError, type WireError } from '@parley/protocol';
import { toProblem } from '@parley/protocol/documents';
import type { Context } from 'hono';
import type { Log } from '../log.ts';
import type { ApiEnv } from './request-context.ts';

/** An error as problem+json, with the headers that go with it. */
export function problemResponse(context: Context<ApiEnv>, error: WireError): Response {
  const { status } = errorTable[error.code];
  const headers = new Headers({ 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' });
  if (error.retryAfterMs !== undefined) headers.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1_000)));
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer');
  return context.body(JSON.stringify(toProblem(error, context.var.requestId)), { status, headers });
}

export function noSuchRoute(context: Context<ApiEnv>): Response {
  return problemResponse(context, toWireError(new ParleyError('unknown-command', 'There is no such route.')));
}

/** A route that is there, asked with another method. */
export function otherMethod(allowed: readonly string[]): (context: Context<ApiEnv>) => Response {
  return (context) => {
    const response = problemResponse(context, toWireError(new ParleyError('method-not-allowed')));
    response.headers.set('Allow', allowed.join(', '));
    return response;
  };
}

/** What a route threw: a refusal as it is, anything else as `internal`, logged once. */
export function unexpected(error: Error, context: Context<ApiEnv>, log: Log): Response {
  // Who hung up in the middle of a request gets nothing any more, and nothing of ours went wrong.
  if (error.name === 'AbortError' && context.req.raw.signal.aborted)
    return problemResponse(context, toWireError(new ParleyError('invalid-frame', 'The body ended too early.')));
  if (!(error instanceof ParleyError))
    log.error(
      { requestId: context.var.requestId, method: context.req.method, route: context.req.path, error },
      'a request met a defect',
    );
  return problemResponse(context, toWireError(error));
}
