import { createHash, randomBytes } from 'node:crypto';
import { errorTable, ParleyError, type WireError } from '@parley/protocol';
import { serviceMethods, type ServiceName } from './rpc.ts';
import type { Target } from './service-stubs.ts';

/**
 * What is on the wire between nodes. A request is `POST /rpc` with a JSON list of calls, each `["logic","heads",[[1,2]],81230]`: the
 * number is until when the caller waits, in milliseconds of its own clock. The answer is one JSON line per call, in the order in
 * which they finish: `{"call":0,"result":…}`, `{"call":0,"error":…}`, `{"call":0,"isUnserved":true}` when the node does not serve
 * the role, `{"call":0,"isLate":true}` when nobody waits for it any more. An empty list asks whether the node is there, and
 * what its clock says.
 */
export const wire = {
  path: '/rpc',
  /** `Bearer <service secret>` */
  secret: 'authorization',
  /** The start of the node that is meant; another start of it refuses. */
  boot: 'parley-boot',
  /** `<caller> <number of the request>`: the numbers of one caller only grow. */
  order: 'parley-order',
  /** What the caller has to add to its clock to have the node's, or less; see `PeerClock`. Not needed without calls. */
  lead: 'parley-lead',
  /** In every answer that is no refusal: the node's clock. */
  clock: 'parley-clock',
  /** W3C trace context. */
  trace: 'traceparent',
  /** Refused before anything began, by status. */
  status: { badRequest: 400, noSecret: 401, begunAlready: 409, tooLarge: 413, otherStart: 421, closed: 503 },
} as const;

export interface WireCall {
  readonly target: Target;
  readonly args: readonly unknown[];
  /** Until then the caller waits, by its own clock. */
  readonly dueMs: number;
}

export interface Answer {
  readonly call: number;
  readonly result?: unknown;
  readonly error?: WireError;
  readonly isUnserved?: boolean;
  readonly isLate?: boolean;
}

export function encodeCall({ role, method }: Target, args: readonly unknown[], dueMs: number): string {
  return `["${role}","${method}",${JSON.stringify(args)},${Math.floor(dueMs)}]`;
}

/** @throws ParleyError `invalid-frame` */
export function decodeCalls(text: string): readonly WireCall[] {
  const list = parse(text);
  if (!Array.isArray(list)) throw new ParleyError('invalid-frame', 'The request is no list of calls.');
  return list.map(readCall);
}

/** A value JSON cannot hold, such as a BigInt, is a defect. @throws TypeError */
export function encodeResult(call: number, result: unknown): string {
  return result === undefined ? `{"call":${call}}\n` : `{"call":${call},"result":${JSON.stringify(result)}}\n`;
}

export function encodeAnswer(answer: Answer): string {
  return `${JSON.stringify(answer)}\n`;
}

/** @throws ParleyError `invalid-frame` */
export function decodeAnswer(line: string): Answer {
  const answer = parse(line) as Partial<Answer> | null;
  if (typeof answer !== 'object' || answer === null || !Number.isSafeInteger(answer.call))
    throw new ParleyError('invalid-frame', 'The line is no answer.');
  return answer as Answer;
}

/** The error as it was thrown on the other node. A code this version does not know is `internal`. */
export function errorOf({ code, message, fields, retryAfterMs }: WireError): ParleyError {
  if (!Object.hasOwn(errorTable, code)) return new ParleyError('internal');
  return new ParleyError(code, message, {
    ...(fields === undefined ? {} : { fields }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** A new trace with its first span. https://www.w3.org/TR/trace-context/#traceparent-header */
export function newTrace(): string {
  const hex = randomBytes(24).toString('hex');
  return `00-${hex.slice(0, 32)}-${hex.slice(32)}-01`;
}

export function isTrace(text: string): boolean {
  return /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(text);
}

/** Of one length, whatever the secret's: what is compared in constant time. */
export function secretDigest(header: string): Buffer {
  return createHash('sha256').update(header).digest();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ParleyError('invalid-frame', 'It is not JSON.', { cause });
  }
}

function readCall(call: unknown): WireCall {
  const [role, method, args, dueMs] = Array.isArray(call) ? (call as readonly unknown[]) : [];
  const target = targetOf(String(role), String(method));
  if (target === undefined || !Array.isArray(args) || typeof dueMs !== 'number')
    throw new ParleyError('invalid-frame', 'The request names a call that does not exist.');
  return { target, args, dueMs };
}

function targetOf(role: string, method: string): Target | undefined {
  if (!Object.hasOwn(serviceMethods, role)) return undefined;
  const service = role as ServiceName;
  return (serviceMethods[service] as readonly string[]).includes(method) ? { role: service, method } : undefined;
}
