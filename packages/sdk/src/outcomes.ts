import { ParleyError, type Ack } from '@parley/protocol';
import type { OutboxEntry } from './outbox-entry.ts';

type Message = Pick<OutboxEntry, 'conversationId' | 'clientMsgId'>;

/** Those who wait for what becomes of a message. */
export class Outcomes {
  readonly #waiting = new Map<string, PromiseWithResolvers<Ack>>();

  of(message: Message, signal: AbortSignal | undefined): Promise<Ack> {
    const waiting = this.#waiting.get(keyOf(message)) ?? Promise.withResolvers<Ack>();
    this.#waiting.set(keyOf(message), waiting);
    if (signal === undefined) return waiting.promise;
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => aborted.reject(signal.reason), { once: true });
    return Promise.race([waiting.promise, aborted.promise]);
  }

  acked(entry: Message, ack: Ack): void {
    this.#take(entry)?.resolve(ack);
  }

  failed(entry: Message, error: unknown): void {
    this.#take(entry)?.reject(error);
  }

  close(): void {
    for (const waiting of this.#waiting.values())
      waiting.reject(new ParleyError('unavailable', 'The client was closed.'));
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
