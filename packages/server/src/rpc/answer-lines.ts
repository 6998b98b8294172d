/**
 * The answers of one request, line by line as the calls finish. What is there soon leaves at once and whole; the rest streams, so
 * that a slow call holds up neither the others of its request nor the next request.
 */
export class AnswerLines {
  private missing: number;
  private lines: string[] = [];
  private whenComplete: (() => void) | undefined;
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  private isFlushing = false;

  constructor(count: number) {
    this.missing = count;
  }

  add(line: string): void {
    this.missing--;
    this.lines.push(line);
    if (this.missing === 0) this.whenComplete?.();
    if (this.controller !== undefined) this.flushSoon();
  }

  /** Resolves with whether all are there, at the latest after `ms`. */
  async complete(ms: number): Promise<boolean> {
    if (this.missing === 0) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.whenComplete = resolve;
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
    return this.missing === 0;
  }

  /** Everything that gathered. */
  take(): string {
    const text = this.lines.join('');
    this.lines = [];
    return text;
  }

  /** What is there and what is to come, until it is complete, nobody reads any more, or `ms` are over. */
  stream(ms: number): ReadableStream<Uint8Array> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.controller = controller;
        timer = setTimeout(() => this.end(), ms);
        // Even when nothing is there yet: the caller learns that its calls have begun.
        this.write(`${this.take()}\n`);
        this.whenComplete = () => clearTimeout(timer);
        if (this.missing === 0) this.end();
      },
      cancel: () => {
        clearTimeout(timer);
        this.controller = undefined;
      },
    });
  }

  private flushSoon(): void {
    if (this.isFlushing) return;
    this.isFlushing = true;
    setImmediate(() => {
      this.isFlushing = false;
      this.write(this.take());
      if (this.missing === 0) this.end();
    });
  }

  private write(text: string): void {
    if (text !== '') this.controller?.enqueue(encoder.encode(text));
  }

  private end(): void {
    this.controller?.close();
    this.controller = undefined;
  }
}

const encoder = new TextEncoder();
