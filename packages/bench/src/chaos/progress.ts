/** One line that is written over while something runs; on what is no terminal nothing is written. */
export class Progress implements Disposable {
  readonly #stream: NodeJS.WriteStream;
  readonly #beganAt = performance.now();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  say(text: string): void {
    if (!this.#stream.isTTY) return;
    const seconds = Math.round((performance.now() - this.#beganAt) / 1_000);
    this.#stream.write(`\r\u001b[2K${seconds} s · ${text}`);
  }

  [Symbol.dispose](): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[2K');
  }
}
