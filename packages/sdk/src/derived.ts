import type { Live } from './contract.ts';
import type { Environment } from './environment.ts';
import { Listeners } from './listeners.ts';

/** While many changes come, listeners are told at most this often: once a frame. */
const noticeIntervalMs = 16;

/**
 * A value computed from something that changes often: computed when it is looked at, and its listeners are told of
 * the first change at once and of those that follow in one go.
 */
export class Derived<T> implements Live<T> {
  readonly #compute: () => T;
  readonly #environment: Environment;
  readonly #listeners = new Listeners();
  #cached: { readonly value: T } | undefined;
  #cancel: (() => void) | undefined;
  #isOwed = false;

  constructor(environment: Environment, compute: () => T) {
    this.#environment = environment;
    this.#compute = compute;
  }

  readonly getSnapshot = (): T => (this.#cached ??= { value: this.#compute() }).value;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  /** What it is computed from has changed. */
  invalidate(): void {
    this.#cached = undefined;
    if (this.#listeners.size === 0) return;
    if (this.#cancel !== undefined || this.#isOwed) this.#isOwed = true;
    else this.#notifySoon();
  }

  /** Not in the middle of what is changing: half of it would be seen. */
  #notifySoon(): void {
    this.#isOwed = true;
    queueMicrotask(() => this.#notify());
  }

  #notify(): void {
    this.#isOwed = false;
    this.#cancel = this.#environment.after(noticeIntervalMs, () => {
      this.#cancel = undefined;
      if (this.#isOwed) this.#notify();
    });
    this.#listeners.tell();
  }
}
