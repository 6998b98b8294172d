import type { Environment } from './environment.ts';

/** The timers of one client, so that none outlives it. */
export class Timers {
  readonly #environment: Pick<Environment, 'after'>;
  readonly #pending = new Set<() => void>();

  constructor(environment: Pick<Environment, 'after'>) {
    this.#environment = environment;
  }

  readonly after: Environment['after'] = (delayMs, action) => {
    const run = (): void => {
      stop();
      action();
    };
    const cancel = this.#environment.after(delayMs, run);
    const stop = (): void => {
      cancel();
      this.#pending.delete(run);
    };
    this.#pending.add(run);
    return stop;
  };

  /** What was put off is done now, once whoever no longer waits has said so. */
  finish(): void {
    const pending = [...this.#pending];
    this.#environment.after(0, () => {
      for (const run of pending) if (this.#pending.has(run)) run();
    });
  }
}
