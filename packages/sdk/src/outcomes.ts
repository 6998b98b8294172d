import { ParleyError, type Ack } from '@parley/protocol';
import type { CallOptions } from './contract.ts';
import type { Environment } from './environment.ts';
import type { OutboxEntry } from './outbox-entry.ts';

type Message = Pick<OutboxEntry, 'conversationId' | 'clientMsgId'>;

/** Those who wait for what becomes of a message. */
export class Outcomes {
  readonly #environment: Environment;
  readonly #waiting = new Map<string, PromiseWithResolvers<Ack>>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Without a time limit as long as it takes; what is given up here is still sent. */
  of(message: Message, { signal, timeoutMs }: CallOptions): Promise<Ack> {
    const waiting = this.#waiting.get(keyOf(message)) ?? Promise.withResolvers<Ack>();
    this.#waiting.set(keyOf(message), waiting);
    const { promise, resolve, reject } = Promise.withResolvers<Ack>();
    waiting.promise.then(resolve, reject);
    const aborted = (): void => reject(signal?.reason as Error);
    const tooLate = (): void => reject(new ParleyError('deadline-exceeded', 'The message still waits to be sent.'));
    const stop = timeoutMs === undefined ? undefined : this.#environment.after(timeoutMs, tooLate);
    signal?.addEventListener('abort', aborted, { once: true });
    return promise.finally(() => {
      stop?.();
      signal?.removeEventListener('abort', aborted);
    });
  }

  acked(entry: Message, ack: Ack): void {
    this.#take(entry)?.resolve(ack);
  }

  failed(entry: Message, error: unknown): void {
    this.#take(entry)?.reject(error);
  }

  /** Nothing is heard any more of those there are. */
  close(error: ParleyError): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  #take(entry: Message): PromiseWithResolvers<Ack> | undefined {
    const waiting = this.#waiting.get(keyOf(entry));
    this.#waiting.delete(keyOf(entry));
    return waiting;
  }
}

function keyOf({ conversationId, clientMsgId }: Message): string {
  return `${conversationId}:${clientMsgId}`;
}
