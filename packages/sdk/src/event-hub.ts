import { ParleyError } from '@parley/protocol';
import type { ClientEvent, EventOf } from './contract.ts';
import { Listeners } from './listeners.ts';

const unreadEventsMax = 10_000;

/** Who wants to hear of what. */
export class EventHub {
  readonly #handlers = new Map<ClientEvent['type'], Listeners<[ClientEvent]>>();
  readonly #streams = new Set<EventStream>();

  on<Type extends ClientEvent['type']>(type: Type, handler: (event: EventOf<Type>) => void): () => void {
    const handlers = this.#handlers.get(type) ?? new Listeners();
    this.#handlers.set(type, handlers);
    return handlers.add((event) => handler(event as EventOf<Type>));
  }

  emit(event: ClientEvent): void {
    this.#handlers.get(event.type)?.tell(event);
    for (const stream of this.#streams) stream.put(event);
  }

  /** Whether anyone listens to messages, so that those missed are worth fetching. */
  get wantsMessages(): boolean {
    return this.#streams.size > 0 || this.#has('message') || this.#has('message.updated');
  }

  stream(signal?: AbortSignal): AsyncIterable<ClientEvent> {
    return { [Symbol.asyncIterator]: () => this.#open(signal) };
  }

  close(): void {
    for (const stream of this.#streams) stream.end();
  }

  #has(type: ClientEvent['type']): boolean {
    return (this.#handlers.get(type)?.size ?? 0) > 0;
  }

  #open(signal: AbortSignal | undefined): AsyncIterator<ClientEvent> {
    const aborted = (): void => stream.end();
    const stream: EventStream = new EventStream(() => {
      this.#streams.delete(stream);
      signal?.removeEventListener('abort', aborted);
    });
    this.#streams.add(stream);
    if (signal?.aborted === true) stream.end();
    else signal?.addEventListener('abort', aborted, { once: true });
    return stream;
  }
}

class EventStream implements AsyncIterator<ClientEvent> {
  readonly #ended: () => void;
  #events: ClientEvent[] = [];
  #waiting: PromiseWithResolvers<IteratorResult<ClientEvent>> | undefined;
  #isOver = false;
  #hasOverflowed = false;

  constructor(ended: () => void) {
    this.#ended = ended;
  }

  put(event: ClientEvent): void {
    if (this.#waiting !== undefined) {
      this.#waiting.resolve({ done: false, value: event });
      this.#waiting = undefined;
    } else if (this.#events.push(event) > unreadEventsMax) {
      this.#hasOverflowed = true;
      this.end();
    }
  }

  end(): void {
    this.#isOver = true;
    this.#ended();
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  next(): Promise<IteratorResult<ClientEvent>> {
    if (this.#hasOverflowed) return Promise.reject(new ParleyError('busy', 'Events were not read fast enough.'));
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    this.#waiting ??= Promise.withResolvers<IteratorResult<ClientEvent>>();
    return this.#waiting.promise;
  }

  return(): Promise<IteratorResult<ClientEvent>> {
    this.#events = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }
}
