import { createHash } from 'node:crypto';
import { ParleyError } from '@parley/protocol';
import { RedisClient } from 'bun';
import type { Clock } from './clock.ts';
import { Deadlines } from './deadlines.ts';
import type { Log } from './log.ts';

/** A program Redis runs as one step. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

export function scriptOf(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

export interface RedisConnectionOptions {
  /** What it is for, as errors and the log call it: `presence`. */
  readonly name: string;
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** It was asked and said nothing, or no: what it did nobody knows. */
export class Unanswered extends ParleyError {}

export const redisLimits = {
  callMs: 1_000,
  /** Calls without an answer. `busy` */
  callsMax: 20_000,
  busyRetryMs: 500,
  /** How long nobody asks after a failure; then one call tries, and the others go on without until it has its answer. */
  backOffMsMin: 50,
  backOffMsMax: 1_000,
} as const;

interface Call {
  readonly script: Script;
  readonly args: readonly string[];
  isSent: boolean;
}

/** One connection, opened anew after every failure: a stuck one is never used again, and what fails, fails at once. */
export class RedisConnection {
  private readonly options: RedisConnectionOptions;
  private readonly deadlines: Deadlines;
  private client: Promise<RedisClient> | undefined;
  private calls = 0;
  private backOffMs = 0;
  private retryAtMs = -Infinity;
  private isTrying = false;
  private isClosed = false;

  constructor(options: RedisConnectionOptions) {
    this.options = options;
    this.deadlines = new Deadlines(options.clock, redisLimits.callMs);
  }

  /** @throws ParleyError `unavailable`, which is `Unanswered` unless it was never asked; `busy` */
  async run(script: Script, args: readonly string[]): Promise<unknown> {
    this.requireUsable();
    this.isTrying = this.backOffMs > 0;
    this.calls++;
    // Of several calls on one connection only the first that fails says something of the next one.
    const client = (this.client ??= this.connect());
    const call = { script, args, isSent: false };
    try {
      const answer = await this.deadlines.guard(evaluate(client, call));
      this.succeed();
      return answer;
    } catch (cause) {
      if (!isRefusal(cause) && client === this.client) this.fail(cause);
      throw new (call.isSent ? Unanswered : ParleyError)('unavailable', `The ${this.options.name} does not answer.`, {
        cause,
      });
    } finally {
      this.calls--;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.deadlines.idle();
    this.drop();
  }

  private requireUsable(): void {
    if (this.isClosed) throw new ParleyError('unavailable', `The ${this.options.name} is closed.`);
    const isFailing = this.isTrying || this.options.clock.monotonic() < this.retryAtMs;
    if (isFailing) throw new ParleyError('unavailable', `The ${this.options.name} does not answer.`);
    if (this.calls >= redisLimits.callsMax)
      throw new ParleyError('busy', undefined, { retryAfterMs: redisLimits.busyRetryMs });
  }

  private succeed(): void {
    if (this.backOffMs > 0) this.options.log.info({}, `The ${this.options.name} is back`);
    this.backOffMs = 0;
    this.isTrying = false;
  }

  private fail(error: unknown): void {
    if (this.backOffMs === 0) this.options.log.warn({ error }, `The ${this.options.name} does not answer`);
    const { backOffMsMin, backOffMsMax } = redisLimits;
    this.backOffMs = Math.min(Math.max(this.backOffMs * 2, backOffMsMin), backOffMsMax);
    this.retryAtMs = this.options.clock.monotonic() + this.backOffMs;
    this.isTrying = false;
    this.drop();
  }

  private drop(): void {
    void this.client?.then(
      (client) => client.close(),
      () => undefined,
    );
    this.client = undefined;
  }

  private async connect(): Promise<RedisClient> {
    const { callMs: connectionTimeout } = redisLimits;
    // Reconnecting is decided here.
    const client = new RedisClient(this.options.url, { autoReconnect: false, connectionTimeout });
    await client.connect();
    return client;
  }
}

async function evaluate(connecting: Promise<RedisClient>, call: Call) {
  const { text, sha } = call.script;
  const { args } = call;
  const client = await connecting;
  call.isSent = true;
  try {
    return (await client.send('EVALSHA', [sha, '0', ...args])) as unknown;
  } catch (error) {
    if (!String(error).includes('NOSCRIPT')) throw error;
    return (await client.send('EVAL', [text, '0', ...args])) as unknown;
  }
}

/** It answered, and says no: the connection is fine. One that became a replica is not. */
function isRefusal(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return code === 'ERR_REDIS_SERVER_ERROR' && !String(message).startsWith('READONLY');
}
