import { errorTable, streamHeaders, toWireError, type ParleyError } from '@parley/protocol';
import { toProblem } from '@parley/protocol/documents';

type Headers = Readonly<Record<string, string>>;

/** Nothing on the way may keep, pack or hold back what is said. */
const streaming: Headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/** Lets a page of an allowed origin read the answer; without the header it is no browser. No cookie is ever looked at. */
function readableBy(origin: string | null): Headers {
  return origin === null ? {} : { 'access-control-allow-origin': origin, vary: 'Origin' };
}

export function streamAnswer(body: ReadableStream<Uint8Array>, origin: string | null): Response {
  return new Response(body, { headers: { ...streaming, ...readableBy(origin) } });
}

export function takenAnswer(origin: string | null): Response {
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store', ...readableBy(origin) } });
}

/** What a browser asks before it posts to another origin. */
export function preflightAnswer(origin: string | null): Response {
  const allowed = {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': `Content-Type, ${streamHeaders.id}, ${streamHeaders.number}`,
    'access-control-max-age': '600',
  };
  return new Response(null, { status: 204, headers: { ...allowed, ...readableBy(origin) } });
}

/** A refusal as RFC 9457; `origin` only of those who may read it. */
export function problemAnswer(error: ParleyError, origin: string | null, more: Headers = {}): Response {
  const { code, retryAfterMs } = error;
  const requestId = crypto.randomUUID();
  const body = JSON.stringify(toProblem(toWireError(error), requestId));
  const headers = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
    ...readableBy(origin),
    ...more,
  };
  return new Response(body, { status: errorTable[code].status, headers });
}
