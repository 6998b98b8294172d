import type { Ack, ParleyError } from '@parley/protocol';
import type { CallOptions } from './contract.ts';
import type { Environment } from './environment.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { waitFor } from './wait-for.ts';

type Message = Pick<OutboxEntry, 'conversationId' | 'clientMsgId'>;

/** Those who wait for what becomes of a message. */
export class Outcomes {
  readonly #environment: Environment;
  readonly #waiting = new Map<string, PromiseWithResolvers<Ack>>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Without a time limit as long as it takes; what is given up here is still sent. */
  of(message: Message, options: CallOptions): Promise<Ack> {
    const waiting = this.#waiting.get(keyOf(message)) ?? Promise.withResolvers<Ack>();
    this.#waiting.set(keyOf(message), waiting);
    return waitFor(this.#environment, waiting.promise, options);
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
