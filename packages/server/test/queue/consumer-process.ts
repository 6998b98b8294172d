import type { Subprocess } from 'bun';

const script = `${import.meta.dir}/consume.ts`;

export interface ConsumerOptions {
  readonly url: string;
  readonly prefix: string;
  /** How long its partitions stay with it when it is not heard of, as the engine's adapter calls it. */
  readonly leaseTtlMs?: number;
  readonly heartbeatS?: number;
  readonly sessionMs?: number;
  /** `take`, `hang` in the first batch, or `die` of version 2. */
  readonly habit: 'take' | 'hang' | 'die';
}

/** A consumer as its own process, for tests that kill and pause it. */
export class ConsumerProcess implements AsyncDisposable {
  /** `<topic> <version>` of everything its handler got, also of what it did not finish. */
  readonly taken: string[] = [];
  readonly #process: Subprocess<'ignore', 'pipe', 'inherit'>;
  readonly #reading: Promise<void>;
  #changed = Promise.withResolvers<void>();

  constructor(options: ConsumerOptions) {
    this.#process = Bun.spawn([process.execPath, script, JSON.stringify(options)], {
      stdout: 'pipe',
      stderr: 'inherit',
    });
    this.#reading = this.#read();
  }

  get ended(): Promise<number> {
    return this.#process.exited;
  }

  /** Resolves when its handler got that many. */
  async count(expected: number): Promise<void> {
    while (this.taken.length < expected) await this.#changed.promise;
  }

  pause(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#process.exited;
    await this.#reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const bytes of this.#process.stdout) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      this.taken.push(...lines);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }
}
