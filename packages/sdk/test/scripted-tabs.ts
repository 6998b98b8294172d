import type { Environment, Link } from '../src/environment.ts';
import type { Lock, LockOptions, NeighbourChannel, Neighbours } from '../src/tabs/neighbours.ts';

interface Holder {
  readonly tab: ScriptedTab;
  readonly lost: PromiseWithResolvers<void>;
}

interface Waiting {
  readonly tab: ScriptedTab;
  readonly had: PromiseWithResolvers<Lock | undefined>;
}

interface Listener {
  readonly tab: ScriptedTab;
  readonly name: string;
  readonly heard: (message: unknown) => void;
}

/** A browser's locks and channels, among tabs that a test closes, crashes and freezes. */
export class ScriptedBrowser {
  readonly #held = new Map<string, Holder>();
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #listeners = new Set<Listener>();

  /** A new tab; `before` is the one it is a reload of. */
  open(environment: Environment, before?: ScriptedTab): ScriptedTab {
    return new ScriptedTab(this, environment, before?.name);
  }

  async lock(tab: ScriptedTab, name: string, { mode = 'wait', signal }: LockOptions = {}): Promise<Lock | undefined> {
    // What a dead tab was about to do never happens.
    if (!tab.isAlive) return Promise.withResolvers<undefined>().promise;
    const holder = this.#held.get(name);
    if (holder === undefined) return this.#give(tab, name);
    if (mode === 'if-free') return undefined;
    if (mode === 'take-away') {
      holder.lost.resolve();
      return this.#give(tab, name);
    }
    const had = Promise.withResolvers<Lock | undefined>();
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.set(name, [...waiting, { tab, had }]);
    signal?.addEventListener('abort', () => {
      this.#waiting.set(name, this.#waiting.get(name)?.filter((other) => other.had !== had) ?? []);
      had.reject(signal.reason);
    });
    signal?.throwIfAborted();
    return had.promise;
  }

  channel(tab: ScriptedTab, name: string, heard: (message: unknown) => void): NeighbourChannel {
    const own: Listener = { tab, name, heard };
    this.#listeners.add(own);
    return {
      post: (message) => {
        if (!tab.isAlive) return;
        if (!this.#listeners.has(own)) throw new Error('The channel is closed.');
        const copy = structuredClone(message);
        for (const other of this.#listeners)
          if (other !== own && other.name === name)
            queueMicrotask(() =>
              other.tab.run(() => this.#listeners.has(other) && heard !== other.heard && other.heard(copy)),
            );
      },
      close: () => this.#listeners.delete(own),
    };
  }

  /** The tab is gone, with everything it held. */
  forget(tab: ScriptedTab): void {
    for (const listener of this.#listeners) if (listener.tab === tab) this.#listeners.delete(listener);
    for (const [name, waiting] of this.#waiting)
      this.#waiting.set(
        name,
        waiting.filter((other) => other.tab !== tab),
      );
    for (const [name, holder] of this.#held) if (holder.tab === tab) this.#free(name, holder);
  }

  #give(tab: ScriptedTab, name: string): Lock {
    const holder: Holder = { tab, lost: Promise.withResolvers<void>() };
    this.#held.set(name, holder);
    return { lost: holder.lost.promise, release: () => this.#free(name, holder) };
  }

  #free(name: string, holder: Holder): void {
    if (this.#held.get(name) !== holder) return;
    this.#held.delete(name);
    const [next, ...others] = this.#waiting.get(name) ?? [];
    this.#waiting.set(name, others);
    if (next === undefined) return;
    const lock = this.#give(next.tab, name);
    next.tab.run(() => next.had.resolve(lock));
  }
}

/** One tab: what happens in it happens while it is alive, and later when it is frozen. */
export class ScriptedTab {
  isAlive = true;
  name: string | undefined;
  readonly environment: Environment;
  readonly neighbours: Neighbours;
  readonly #browser: ScriptedBrowser;
  readonly #links: Link[] = [];
  #frozen: (() => void)[] | undefined;

  constructor(browser: ScriptedBrowser, environment: Environment, name: string | undefined) {
    this.#browser = browser;
    this.name = name;
    this.environment = {
      ...environment,
      after: (delayMs, action) => {
        let isStopped = false;
        const stop = environment.after(delayMs, () => this.run(() => isStopped || action()));
        return () => ((isStopped = true), stop());
      },
      openLink: (url, events) => {
        if (!this.isAlive) return { send: () => undefined, close: () => undefined };
        const link = environment.openLink(url, {
          opened: () => this.run(() => events.opened()),
          over: (transport) => this.run(() => events.over?.(transport)),
          outdated: () => this.run(() => events.outdated?.()),
          received: (text) => this.run(() => events.received(text)),
          closed: (code, reason) => this.run(() => events.closed(code, reason)),
        });
        this.#links.push(link);
        return { send: (text) => this.isAlive && link.send(text), close: () => link.close() };
      },
    };
    this.neighbours = {
      lock: (lock, options) => browser.lock(this, lock, options),
      channel: (channel, heard) => browser.channel(this, channel, heard),
      digest: async (text) => `digest of ${text}`,
      memory: { get: () => this.name, set: (kept) => void (this.name = kept) },
      onHide: () => undefined,
    };
  }

  run(action: () => unknown): void {
    if (!this.isAlive) return;
    if (this.#frozen === undefined) action();
    else this.#frozen.push(action);
  }

  kill(): void {
    this.isAlive = false;
    for (const link of this.#links) link.close();
    this.#browser.forget(this);
  }

  freeze(): void {
    this.#frozen ??= [];
  }

  thaw(): void {
    const owed = this.#frozen ?? [];
    this.#frozen = undefined;
    for (const action of owed) this.run(action);
  }
}
