import { limits, type PresenceState } from '@parley/protocol';
import type { CallOptions, Live, PresenceWatch } from './contract.ts';
import type { Core } from './core.ts';
import { Value } from './value.ts';

/** Gathers what one screen wants into one command. */
const gatherMs = 50;

/** Whose presence is wanted, and what is known of it. */
export class PresenceList implements PresenceWatch {
  readonly #core: Core;
  /** How many want each user; the earliest first. */
  readonly #wanted = new Map<number, number>();
  readonly #states = new Map<number, Value<PresenceState | undefined>>();
  #isGathering = false;
  #sent = '';

  constructor(core: Core) {
    this.#core = core;
  }

  live(userId: number): Live<PresenceState | undefined> {
    return {
      getSnapshot: () => this.#states.get(userId)?.getSnapshot(),
      subscribe: (listener) => {
        const stopListening = this.#value(userId).subscribe(listener);
        const stopWatching = this.watch([userId]);
        return () => {
          stopListening();
          stopWatching();
        };
      },
    };
  }

  watch(userIds: readonly number[]): () => void {
    for (const id of userIds) this.#wanted.set(id, (this.#wanted.get(id) ?? 0) + 1);
    this.#gather();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      for (const id of userIds) this.#release(id);
      this.#gather();
    };
  }

  async get(userIds: readonly number[], options?: CallOptions): Promise<readonly PresenceState[]> {
    const { items } = await this.#core.request('presence.get', { userIds: [...userIds] }, options);
    return items;
  }

  put(states: readonly PresenceState[]): void {
    for (const state of states) if (this.#wanted.has(state.userId)) this.#value(state.userId).set(state);
  }

  /** A new connection watches nobody yet. */
  resume(): void {
    this.#sent = '';
    if (this.#wanted.size > 0) this.#gather();
  }

  #value(userId: number): Value<PresenceState | undefined> {
    const value = this.#states.get(userId) ?? new Value<PresenceState | undefined>(undefined);
    this.#states.set(userId, value);
    return value;
  }

  #release(userId: number): void {
    const count = (this.#wanted.get(userId) ?? 0) - 1;
    if (count > 0) {
      this.#wanted.set(userId, count);
      return;
    }
    this.#wanted.delete(userId);
    // Nobody hears its changes any more.
    if (this.#states.get(userId)?.isWatched === false) this.#states.delete(userId);
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#core.environment.after(gatherMs, () => {
      this.#isGathering = false;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    const userIds = [...this.#wanted.keys()].slice(-limits.presenceWatchMax).toSorted((a, b) => a - b);
    const text = userIds.join();
    if (text === this.#sent || !this.#core.isOnline()) return;
    this.#sent = text;
    try {
      const { items } = await this.#core.requestOnce('presence.watch', { userIds });
      this.put(items);
    } catch {
      // Ephemeral: the next change or connection asks again. [D9]
      this.#sent = '';
    }
  }
}
