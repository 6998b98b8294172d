import { timingSafeEqual } from 'node:crypto';
import { ParleyError, toWireError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { stopListening } from '../stop-listening.ts';
import { AnswerLines } from './answer-lines.ts';
import { CallerOrder } from './caller-order.ts';
import { decodeCalls, encodeAnswer, encodeResult, isTrace, secretDigest, wire, type WireCall } from './http-wire.ts';
import { rpcLimits } from './rpc.ts';
import type { ServedRoles } from './served-roles.ts';

export interface RpcServerOptions {
  readonly bootId: string;
  /** What every caller has to show. */
  readonly secret: string;
  readonly roles: ServedRoles;
  readonly clock: Clock;
  readonly log: Log;
}

export const rpcServerLimits = {
  requestBytesMax: 64 * 1_024 * 1_024,
  /** Calls that have begun and not ended. `busy` */
  runningMax: 50_000,
  busyRetryMs: 500,
  /** Answers that are there by then leave together, whole; the others follow one by one. */
  togetherMs: 5,
  /** A socket without a request is closed after this long. */
  idleTimeoutS: 120,
  /** Refused calls are logged at most once in this time, with how many there were. */
  refusalsLoggedMs: 60_000,
} as const;

/** A node's side of the calls from other nodes. */
export class RpcServer {
  private readonly options: RpcServerOptions;
  private readonly secret: Buffer;
  private readonly order = new CallerOrder();
  private server: Bun.Server<undefined> | undefined;
  private running = 0;
  private isClosed = false;
  private refused = 0;
  private refusalsLoggedAtMs = -Infinity;

  constructor(options: RpcServerOptions) {
    this.options = options;
    this.secret = secretDigest(`Bearer ${options.secret}`);
  }

  /** @returns the port it listens on. @throws what Bun throws when the port is taken. */
  listen({ hostname, port }: { readonly hostname: string; readonly port: number }): number {
    this.server = Bun.serve({
      hostname,
      port,
      maxRequestBodySize: rpcServerLimits.requestBytesMax,
      idleTimeout: rpcServerLimits.idleTimeoutS,
      routes: { [wire.path]: { POST: (request) => this.handle(request) } },
      fetch: () => new Response(null, { status: 404 }),
    });
    return this.server.port ?? port;
  }

  /** Begins nothing new; what runs may finish. */
  async close(): Promise<void> {
    this.isClosed = true;
    if (this.server !== undefined) await stopListening(this.server);
  }

  private async handle(request: Request): Promise<Response> {
    const { headers } = request;
    const refusal = this.refusalOf(headers);
    if (refusal !== undefined) return refuse(refusal);
    const calls = await readCalls(request);
    const leadMs = Number.parseInt(headers.get(wire.lead) ?? '', 10);
    if (calls === undefined || (calls.length > 0 && Number.isNaN(leadMs))) return refuse(wire.status.badRequest);
    if (!this.order.admit(headers.get(wire.order) ?? '')) return refuse(wire.status.begunAlready);
    return this.answer(calls, { leadMs, trace: headers.get(wire.trace) ?? '' });
  }

  private refusalOf(headers: Headers): number | undefined {
    if (!timingSafeEqual(secretDigest(headers.get(wire.secret) ?? ''), this.secret)) {
      this.noteRefusal();
      return wire.status.noSecret;
    }
    if (this.isClosed) return wire.status.closed;
    return headers.get(wire.boot) === this.options.bootId ? undefined : wire.status.otherStart;
  }

  private noteRefusal(): void {
    this.refused++;
    const nowMs = this.options.clock.monotonic();
    if (nowMs - this.refusalsLoggedAtMs < rpcServerLimits.refusalsLoggedMs) return;
    this.options.log.warn({ refused: this.refused }, 'Calls without the service secret were refused');
    this.refused = 0;
    this.refusalsLoggedAtMs = nowMs;
  }

  private async answer(
    calls: readonly WireCall[],
    { leadMs, trace }: { readonly leadMs: number; readonly trace: string },
  ): Promise<Response> {
    const lines = new AnswerLines(calls.length);
    const nowMs = this.options.clock.monotonic();
    // All begin before anything is awaited, so that the next request cannot overtake them. [C4]
    for (const [index, call] of calls.entries()) {
      const isLate = nowMs > call.dueMs + leadMs;
      void this.run(index, call, { isLate, trace }).then((line) => lines.add(line));
    }
    const isWhole = await lines.complete(rpcServerLimits.togetherMs);
    const clock = Math.floor(this.options.clock.monotonic());
    const init = { headers: { 'Content-Type': 'application/x-ndjson', [wire.clock]: String(clock) } };
    return new Response(isWhole ? lines.take() : lines.stream(longestMs(calls, nowMs - leadMs)), init);
  }

  /** Never rejects. */
  private async run(
    call: number,
    { target, args }: WireCall,
    { isLate, trace }: { readonly isLate: boolean; readonly trace: string },
  ): Promise<string> {
    if (isLate) return encodeAnswer({ call, isLate });
    if (!this.options.roles.has(target.role)) return encodeAnswer({ call, isUnserved: true });
    if (this.running >= rpcServerLimits.runningMax) return encodeAnswer({ call, error: toWireError(busy()) });
    this.running++;
    try {
      return encodeResult(call, await this.options.roles.run(target, args, isTrace(trace) ? trace : undefined));
    } catch (error) {
      if (!(error instanceof ParleyError))
        this.options.log.error({ error, place: `${target.role}.${target.method}` }, 'An answer is no JSON');
      return encodeAnswer({ call, error: toWireError(error) });
    } finally {
      this.running--;
    }
  }
}

/** Undefined: it is no list of calls, or did not come whole. */
async function readCalls(request: Request): Promise<readonly WireCall[] | undefined> {
  try {
    return decodeCalls(await request.text());
  } catch {
    return undefined;
  }
}

/** How long anybody still waits for one of them. */
function longestMs(calls: readonly WireCall[], nowMs: number): number {
  return Math.min(rpcLimits.deadlineMs, Math.max(0, ...calls.map(({ dueMs }) => dueMs - nowMs)));
}

function busy(): ParleyError {
  return new ParleyError('busy', undefined, { retryAfterMs: rpcServerLimits.busyRetryMs });
}

function refuse(status: number): Response {
  return new Response(null, { status });
}
