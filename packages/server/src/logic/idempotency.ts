import { ParleyError, type CommandName, type Command } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { UniqueViolation } from '../store/store.ts';
import { hashOf } from './tokens.ts';

export const idempotencyLimits = {
  keyCharsMax: 200,
  /** Answers are kept this long. */
  ttlMs: 86_400_000,
  /** After this the process that handles the first attempt has died: the key is free again. */
  runningMs: 60_000,
  retryAfterMs: 1_000,
} as const;

export interface IdempotentRequest {
  readonly userId: number;
  readonly key: string;
  readonly command: CommandName;
  readonly params: unknown;
}

/** `message.send` has its own key [D2]. Of the others nothing may be stored, not even a hash: their params are passwords. */
const exempt: ReadonlySet<CommandName> = new Set(['message.send', 'account.claim', 'account.changePassword']);
/** Stands for the answer while the first attempt runs. */
const running = '';

/** Does the Idempotency-Key of a call to this command count? */
export function isIdempotencyKeyed(command: Command<CommandName>): boolean {
  return command.http?.method === 'POST' && command.access !== 'anonymous' && !exempt.has(command.name);
}

/** Runs `work` once per key: a repeat gets the first answer. Refusals are not kept: whoever was refused may try again. */
export class Idempotency {
  private readonly store: Store;
  private readonly clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.store = store;
    this.clock = clock;
  }

  /** @throws ParleyError `idempotency-conflict` when the key came with another request, `busy` while the first runs; what `work` throws. */
  async once(request: IdempotentRequest, work: () => Promise<unknown>): Promise<unknown> {
    if (request.key.length > idempotencyLimits.keyCharsMax)
      throw new ParleyError(
        'invalid-params',
        `An Idempotency-Key has at most ${idempotencyLimits.keyCharsMax} characters.`,
      );
    const hash = hashOf(`${request.command} ${JSON.stringify(request.params)}`);
    const earlier = await this.claim(request, hash);
    if (earlier !== undefined) return earlier;
    try {
      const result = await work();
      await this.keep(request, JSON.stringify(result));
      return result;
    } catch (error) {
      await this.release(request);
      throw error;
    }
  }

  /** Forgets answers whose time is over. */
  async prune(): Promise<void> {
    const before = this.clock.now() - idempotencyLimits.ttlMs;
    await this.store.write((tx) => tx.deleteFrom('idempotency').where('created_at', '<', before).execute());
  }

  /** The earlier answer, or undefined: the key is this request's now. */
  private async claim({ userId, key }: IdempotentRequest, hash: string): Promise<unknown> {
    const now = this.clock.now();
    try {
      return await this.store.write(async (tx) => {
        const found = tx.selectFrom('idempotency').selectAll().where('user_id', '=', userId).where('key', '=', key);
        const row = await found.executeTakeFirst();
        const ttlMs = row?.response === running ? idempotencyLimits.runningMs : idempotencyLimits.ttlMs;
        if (row !== undefined && row.created_at > now - ttlMs) return answerOf(row, hash);
        await tx.deleteFrom('idempotency').where('user_id', '=', userId).where('key', '=', key).execute();
        const values = { user_id: userId, key, request_hash: hash, response: running, created_at: now };
        await tx.insertInto('idempotency').values(values).execute();
        return undefined;
      });
    } catch (error) {
      throw error instanceof UniqueViolation ? stillRunning() : error;
    }
  }

  private async keep({ userId, key }: IdempotentRequest, response: string): Promise<void> {
    await this.store.write((tx) =>
      tx.updateTable('idempotency').set({ response }).where('user_id', '=', userId).where('key', '=', key).execute(),
    );
  }

  private async release({ userId, key }: IdempotentRequest): Promise<void> {
    await this.store.write((tx) =>
      tx.deleteFrom('idempotency').where('user_id', '=', userId).where('key', '=', key).execute(),
    );
  }
}

function answerOf(row: { readonly request_hash: string; readonly response: string }, hash: string): unknown {
  if (row.request_hash !== hash) throw new ParleyError('idempotency-conflict');
  if (row.response === running) throw stillRunning();
  return JSON.parse(row.response) as unknown;
}

function stillRunning(): ParleyError {
  return new ParleyError('busy', 'The first request with this Idempotency-Key is still running.', {
    retryAfterMs: idempotencyLimits.retryAfterMs,
  });
}
