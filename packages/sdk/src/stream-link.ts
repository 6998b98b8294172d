import { streamEvents, type StreamClosing, type StreamOpening } from '@parley/protocol';
import type { Environment, Link, LinkEvents } from './environment.ts';
import { EventStream, type StreamEvent } from './event-stream.ts';
import { FramePoster } from './frame-poster.ts';
import { plainRequest } from './plain-request.ts';

const abnormalClosure = 1006;
const streamType = 'text/event-stream';

/** Opens a link over HTTP: an answer that does not end, and POSTs. Not `EventSource`, which keeps its secrets in a URL. */
export function openStreamLink(
  environment: Pick<Environment, 'fetch' | 'after'>,
  url: string,
  events: LinkEvents,
): Link {
  const link = new StreamLink(environment, url, events);
  void link.run();
  return link;
}

class StreamLink implements Link {
  readonly #environment: Pick<Environment, 'fetch' | 'after'>;
  readonly #url: string;
  readonly #events: LinkEvents;
  readonly #abort = new AbortController();
  #poster: FramePoster | undefined;
  #isOver = false;

  constructor(environment: Pick<Environment, 'fetch' | 'after'>, url: string, events: LinkEvents) {
    this.#environment = environment;
    this.#url = url;
    this.#events = events;
  }

  send(text: string): void {
    this.#poster?.send(text);
  }

  close(): void {
    this.#isOver = true;
    this.#poster?.stop();
    this.#abort.abort();
  }

  /** Reads until the end, whoever makes it. */
  async run(): Promise<void> {
    try {
      const body = await this.#open();
      if (body !== undefined) await this.#read(body);
    } catch {
      // Refused, cut, or no event stream: the end is told below, and a new link finds out more.
    }
    this.#end(abnormalClosure, '');
  }

  async #open(): Promise<ReadableStream<Uint8Array> | undefined> {
    const answer = await this.#environment.fetch(this.#url, {
      ...plainRequest,
      method: 'POST',
      headers: { Accept: streamType },
      signal: this.#abort.signal,
    });
    const isStream = answer.ok && (answer.headers.get('Content-Type') ?? '').startsWith(streamType);
    return isStream ? (answer.body ?? undefined) : undefined;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const stream = new EventStream();
    while (!this.#isOver) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const event of stream.push(decoder.decode(value, { stream: true }))) this.#take(event);
    }
  }

  #take({ name, text }: StreamEvent): void {
    if (this.#isOver) return;
    if (name === 'message') this.#events.received(text);
    else if (name === streamEvents.open) this.#opened(JSON.parse(text) as StreamOpening);
    else if (name === streamEvents.close) {
      const { code, reason } = JSON.parse(text) as StreamClosing;
      this.#end(code, reason);
    }
  }

  #opened({ streamId }: StreamOpening): void {
    this.#poster = new FramePoster({
      environment: this.#environment,
      url: `${this.#url}/frames`,
      streamId,
      lost: () => this.#end(abnormalClosure, ''),
    });
    this.#events.over?.('stream');
    this.#events.opened();
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#events.closed(code, reason);
  }
}
