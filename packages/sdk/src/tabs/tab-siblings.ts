import type { Environment, Siblings } from '../environment.ts';
import type { Lock, NeighbourChannel, Neighbours } from './neighbours.ts';

const channelName = 'parley:tabs';
/** A page that is loaded again has its own name back within this; until then nobody takes over what is its. */
const reloadMs = 3_000;
/** How long a name from before is waited for: another tab may just look whether it is free. */
const ownNameMs = 500;

const lockOf = (name: string): string => `parley:tab:${name}`;

interface Announcement {
  readonly name: string;
  /** Wants to hear of the others. */
  readonly isNew: boolean;
}

/** Tabs as siblings: each holds a lock of its name, which is free when it has ended. */
export class TabSiblings implements Siblings {
  readonly #environment: Pick<Environment, 'after' | 'newId'>;
  readonly #neighbours: Neighbours;
  #channel: NeighbourChannel | undefined;
  #lock: Lock | undefined;
  #name = '';
  #left = new AbortController();
  /** Who takes over from whom. */
  readonly #heirs = new Map<string, () => Promise<void>>();

  constructor(environment: Pick<Environment, 'after' | 'newId'>, neighbours: Neighbours) {
    this.#environment = environment;
    this.#neighbours = neighbours;
  }

  async join(met: (name: string) => void): Promise<string> {
    if (this.#lock === undefined) await this.#takeName();
    this.#channel?.close();
    const channel = this.#neighbours.channel(channelName, (message) => {
      const { name, isNew } = message as Announcement;
      if (name === this.#name) return;
      if (isNew) channel.post({ name: this.#name, isNew: false });
      met(name);
    });
    this.#channel = channel;
    channel.post({ name: this.#name, isNew: true });
    return this.#name;
  }

  outlive(name: string, inherit: () => Promise<void>): void {
    const isKnown = this.#heirs.has(name);
    this.#heirs.set(name, inherit);
    // Ends with an error when this one leaves before.
    if (!isKnown) this.#survive(name).catch(() => undefined);
  }

  leave(): void {
    this.#left.abort();
    this.#left = new AbortController();
    this.#heirs.clear();
    this.#channel?.close();
    this.#lock?.release();
    this.#channel = this.#lock = undefined;
  }

  /** The one from before a reload, unless a copy of this tab has it. */
  async #takeName(): Promise<void> {
    const { memory } = this.#neighbours;
    const before = memory.get();
    this.#lock = before === undefined ? undefined : await this.#waitFor(before);
    this.#name = this.#lock === undefined || before === undefined ? this.#environment.newId() : before;
    this.#lock ??= await this.#neighbours.lock(lockOf(this.#name));
    memory.set(this.#name);
  }

  async #waitFor(name: string): Promise<Lock | undefined> {
    const patience = new AbortController();
    const stop = this.#environment.after(ownNameMs, () => patience.abort());
    try {
      return await this.#neighbours.lock(lockOf(name), { signal: patience.signal });
    } catch {
      return undefined;
    } finally {
      stop();
    }
  }

  async #survive(name: string): Promise<void> {
    const { signal } = this.#left;
    for (;;) {
      (await this.#neighbours.lock(lockOf(name), { signal }))?.release();
      await this.#pause(reloadMs);
      signal.throwIfAborted();
      // Whoever has it now is the tab itself, come back, or another one that takes over.
      const lock = await this.#neighbours.lock(lockOf(name), { mode: 'if-free' });
      if (lock === undefined) continue;
      const inherit = this.#heirs.get(name);
      this.#heirs.delete(name);
      try {
        return await inherit?.();
      } finally {
        lock.release();
      }
    }
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#environment.after(ms, resolve);
    return promise;
  }
}
