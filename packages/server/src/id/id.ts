import { createHash, timingSafeEqual } from 'node:crypto';
import { ParleyError, toWireError } from '@parley/protocol';
import { httpServing, noAddress, pathOf, plainAnswer, type OnDefect } from '../http-serving.ts';
import { stopListening } from '../stop-listening.ts';

export interface IdServiceOptions {
  readonly host: string;
  readonly port: number;
  /** What callers show as `Authorization: Bearer …`; empty: nobody is asked. */
  readonly secret: string;
  /** @throws ParleyError `unavailable` while there is no worker id. */
  nextId(): string;
  readonly onDefect: OnDefect;
}

export interface IdService {
  readonly port: number;
  stop(): Promise<void>;
}

export const idServiceLimits = { countMax: 1_000 } as const;

/**
 * Hands out snowflake ids to other programs: `GET /v1/ids?count=3` answers `{"ids":["…","…","…"]}`, each larger than the one before.
 * Errors are `{"code","message"}`: 422 `invalid-params`, 401 `unauthenticated`, 503 `unavailable`. [D14]
 * @throws the runtime's error with code `EADDRINUSE` when the port is taken.
 */
export function startIds(options: IdServiceOptions): IdService {
  const { host, port, secret, onDefect } = options;
  const isAllowed = allowing(secret);
  const server = Bun.serve({
    ...httpServing(onDefect),
    hostname: host,
    port,
    maxRequestBodySize: 1_024,
    idleTimeout: 20,
    fetch: (request) => {
      const path = pathOf(request);
      if (path === undefined) return noAddress();
      if (path !== '/v1/ids') return plainAnswer(404, 'Not found');
      if (request.method !== 'GET') return plainAnswer(405, 'Only GET', { Allow: 'GET' });
      return isAllowed(request) ? give(request, options) : refuse(new ParleyError('unauthenticated'));
    },
  });
  return { port: server.port ?? port, stop: () => stopListening(server) };
}

function give(request: Request, { nextId }: IdServiceOptions): Response {
  try {
    const ids = Array.from({ length: countOf(request) }, () => nextId());
    return Response.json({ ids }, { headers });
  } catch (error) {
    if (error instanceof ParleyError) return refuse(error);
    throw error;
  }
}

/** @throws ParleyError `invalid-params` */
function countOf(request: Request): number {
  const text = new URL(request.url).searchParams.get('count') ?? '1';
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= idServiceLimits.countMax) return count;
  throw new ParleyError('invalid-params', `count is a whole number from 1 to ${idServiceLimits.countMax}.`);
}

const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;

function refuse(error: ParleyError): Response {
  return Response.json(toWireError(error), { status: error.status, headers });
}

function allowing(secret: string): (request: Request) => boolean {
  if (secret === '') return () => true;
  const expected = digest(`Bearer ${secret}`);
  return ({ headers }) => timingSafeEqual(digest(headers.get('Authorization') ?? ''), expected);
}

/** Of one length, whatever the secret's: what is compared in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
