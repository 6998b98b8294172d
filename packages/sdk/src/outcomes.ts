import { ParleyError, type Ack } from '@parley/protocol';
import type { OutboxEntry } from './outbox.ts';

/** Those who wait for what becomes of a message. */
export class Outcomes {
  readonly #waiting = new Map<string, PromiseWithResolvers<Ack>>();

  of(message: Pick<OutboxEntry, 'conversationId' | 'clientMsgId'>, signal: AbortSignal | undefined): Promise<Ack> {
    const waiting = this.#waiting.get(keyOf(message)) ?? Promise.withResolvers<Ack>();
    this.#waiting.set(keyOf(message), waiting);
    if (signal === undefined) return waiting.promise;
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => aborted.reject(signal.reason), { once: true });
    return Promise.race([waiting.promise, aborted.promise]);
  }

  acked(entry: OutboxEntry, ack: Ack): void {
    this.#take(entry)?.resolve(ack);
  }

  failed(entry: OutboxEntry, error: ParleyError): void {
    this.#take(entry)?.reject(error);
  }

  close(): void {
    for (const waiting of this.#waiting.values())
      waiting.reject(new ParleyError('unavailable', 'The client was closed.'));
    this.#waiting.clear();
  }

  #take(entry: OutboxEntry): PromiseWithResolvers<Ack> | undefined {
    const waiting = this.#waiting.get(keyOf(entry));
    this.#waiting.delete(keyOf(entry));
    return waiting;
  }
}

function keyOf({ conversationId, clientMsgId }: Pick<OutboxEntry, 'conversationId' | 'clientMsgId'>): string {
  return `${conversationId}:${clientMsgId}`;
}
