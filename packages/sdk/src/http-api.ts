import { fromWireError, ParleyError, type Result, type WireError } from '@parley/protocol';
import { requestTimeoutMs } from './channel.ts';
import type { CallOptions } from './contract.ts';
import type { Environment } from './environment.ts';
import { plainRequest } from './plain-request.ts';

/** What is asked without a socket: before there is a session, and ending one while offline. */
export const httpPaths = {
  'server.info': { method: 'GET', path: '/server' },
  'account.register': { method: 'POST', path: '/accounts' },
  'account.guest': { method: 'POST', path: '/guests' },
  'session.create': { method: 'POST', path: '/sessions' },
  'session.delete': { method: 'DELETE', path: '/sessions/current' },
} as const;

type HttpCommand = keyof typeof httpPaths;

export interface HttpCall<Name extends HttpCommand> {
  readonly command: Name;
  readonly body?: object;
  readonly token?: string;
}

/** @throws ParleyError the server's problem; `unavailable` when it cannot be reached. */
export async function callHttp<Name extends HttpCommand>(
  at: { readonly environment: Environment; readonly apiUrl: string },
  call: HttpCall<Name>,
  options: CallOptions = {},
): Promise<Result<Name>> {
  const { method, path } = httpPaths[call.command];
  const timeout = AbortSignal.timeout(options.timeoutMs ?? requestTimeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout]);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  if (call.token !== undefined) headers['authorization'] = `Bearer ${call.token}`;
  const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
  try {
    const response = await at.environment.fetch(at.apiUrl + path, {
      ...plainRequest,
      method,
      headers,
      signal,
      ...body,
    });
    if (!response.ok) throw await problemOf(response);
    return (await response.json()) as Result<Name>;
  } catch (error) {
    if (error instanceof ParleyError) throw error;
    options.signal?.throwIfAborted();
    if (timeout.aborted) throw new ParleyError('deadline-exceeded', undefined, { cause: error });
    throw new ParleyError('unavailable', 'The server cannot be reached.', { cause: error });
  }
}

/** A problem of RFC 9457, with the fields an error has on the socket. */
type Problem = Partial<WireError> & { readonly detail?: string };

async function problemOf(response: Response): Promise<ParleyError> {
  const problem: Problem = await response.json().catch(() => ({}));
  const { code, detail, message = detail, retryable, retryAfterMs, fields, requestId } = problem;
  if (code === undefined)
    return new ParleyError(
      response.status >= 500 ? 'unavailable' : 'internal',
      `The server answered ${response.status}.`,
    );
  return fromWireError({
    code,
    message: message ?? `The server answered ${response.status}.`,
    retryable: retryable ?? new ParleyError(code).retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(fields === undefined ? {} : { fields }),
    ...(requestId === undefined ? {} : { requestId }),
  });
}
