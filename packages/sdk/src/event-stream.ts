/** One event of a `text/event-stream`. */
export interface StreamEvent {
  /** `message` when it has no name. */
  readonly name: string;
  readonly text: string;
}

/** Of one event; far above any answer of the server. */
export const eventCharsMax = 16_777_216;

/** Reads the events of a `text/event-stream`, however it is cut. */
export class EventStream {
  /** The beginning of a line whose end has not come. */
  #line: string[] = [];
  #name = '';
  #data: string[] = [];
  #chars = 0;

  /** @returns the events that are complete now. @throws RangeError when one has more than `eventCharsMax` */
  push(chunk: string): StreamEvent[] {
    this.#chars += chunk.length;
    if (this.#chars > eventCharsMax + chunk.length) throw new RangeError('An event is too long.');
    const [first = '', ...more] = chunk.split('\n');
    this.#line.push(first);
    const events: StreamEvent[] = [];
    for (const start of more) {
      this.#take(this.#line.join(''), events);
      this.#line = [start];
    }
    return events;
  }

  #take(whole: string, events: StreamEvent[]): void {
    const line = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    if (line === '') this.#finish(events);
    else if (line.startsWith('data:')) this.#data.push(valueOf(line, 5));
    else if (line.startsWith('event:')) this.#name = valueOf(line, 6);
  }

  #finish(events: StreamEvent[]): void {
    if (this.#data.length > 0) events.push({ name: this.#name || 'message', text: this.#data.join('\n') });
    this.#name = '';
    this.#data = [];
    this.#chars = 0;
  }
}

function valueOf(line: string, start: number): string {
  return line.slice(line[start] === ' ' ? start + 1 : start);
}
