/** Who is told of something. One that throws keeps it from nobody else, nor from us. */
export class Listeners<Told extends readonly unknown[] = []> {
  readonly #calls = new Set<(...told: Told) => void>();

  get size(): number {
    return this.#calls.size;
  }

  /** Returns the function that stops it. */
  add(listener: (...told: Told) => void): () => void {
    // A wrapper each, so that the same function may be added twice.
    const call = (...told: Told): void => listener(...told);
    this.#calls.add(call);
    return () => this.#calls.delete(call);
  }

  tell(...told: Told): void {
    for (const call of this.#calls)
      try {
        call(...told);
      } catch (error) {
        report(error);
      }
  }
}

/** As the runtime does with whatever nobody catches. */
function report(error: unknown): void {
  if ('reportError' in globalThis) return reportError(error);
  // Not in Node.
  queueMicrotask(() => {
    throw error;
  });
}
