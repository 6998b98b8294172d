import { limits, streamHeaders } from '@parley/protocol';
import type { Environment } from './environment.ts';
import { plainRequest } from './plain-request.ts';

/** Frames that wait for the POST before them; a client that gathers more has lost its server. */
const waitingMax = 10_000;
const timeoutMs = 10_000;
/** Of one POST, the first included. */
const triesMax = 4;
const retryMs = 300;

export interface FramePosterOptions {
  readonly environment: Pick<Environment, 'fetch' | 'after'>;
  readonly url: string;
  readonly streamId: string;
  /** Frames could not be brought to the server: what became of them is unknown. Called once. */
  lost(): void;
}

/**
 * Brings frames to an event stream: one POST at a time, each with all that gathered meanwhile. One that is not answered is sent
 * again under the same number, so that the server takes it once.
 */
export class FramePoster {
  readonly #options: FramePosterOptions;
  readonly #encoder = new TextEncoder();
  readonly #stopped = new AbortController();
  #waiting: string[] = [];
  #isPosting = false;
  #number = 0;

  constructor(options: FramePosterOptions) {
    this.#options = options;
  }

  send(frame: string): void {
    if (this.#stopped.signal.aborted) return;
    if (this.#waiting.push(frame) > waitingMax) this.#lose();
    else if (!this.#isPosting) void this.#postAll();
  }

  /** What waits is not sent any more. */
  stop(): void {
    this.#stopped.abort();
    this.#waiting = [];
  }

  async #postAll(): Promise<void> {
    this.#isPosting = true;
    // What is sent in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      if (await this.#post(this.#take(), ++this.#number)) continue;
      this.#lose();
      break;
    }
    this.#isPosting = false;
  }

  /** The frames of the next POST; at least one, whatever its size. */
  #take(): string {
    let bytes = 0;
    const end = this.#waiting.findIndex((frame, index) => {
      bytes += this.#encoder.encode(frame).length + 1;
      return index > 0 && (index >= limits.streamPostFramesMax || bytes > limits.streamPostBytesMax);
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end).join('\n');
  }

  /** @returns whether the server took it. */
  async #post(body: string, number: number): Promise<boolean> {
    for (let tries = 0; tries < triesMax && !this.#stopped.signal.aborted; tries++) {
      if (tries > 0) await this.#wait(retryMs * 2 ** (tries - 1));
      const status = await this.#ask(body, number);
      if (status === 204) return true;
      if (status >= 400 && status < 500) return false;
    }
    return false;
  }

  /** @returns the status of the answer, 0 without one. */
  async #ask(body: string, number: number): Promise<number> {
    const { environment, url, streamId } = this.#options;
    const abort = new AbortController();
    const give = (): void => abort.abort();
    const stopTimer = environment.after(timeoutMs, give);
    this.#stopped.signal.addEventListener('abort', give);
    try {
      const headers = {
        'Content-Type': 'application/x-ndjson',
        [streamHeaders.id]: streamId,
        [streamHeaders.number]: String(number),
      };
      const { signal } = abort;
      const answer = await environment.fetch(url, { ...plainRequest, method: 'POST', headers, body, signal });
      await answer.body?.cancel();
      return answer.status;
    } catch {
      return 0;
    } finally {
      stopTimer();
      this.#stopped.signal.removeEventListener('abort', give);
    }
  }

  #wait(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopTimer = this.#options.environment.after(delayMs, resolve);
    this.#stopped.signal.addEventListener('abort', () => (stopTimer(), resolve()), { once: true });
    return promise;
  }

  #lose(): void {
    if (this.#stopped.signal.aborted) return;
    this.stop();
    this.#options.lost();
  }
}
