import type { Lock, LockOptions, NeighbourChannel, Neighbours } from './neighbours.ts';

const memoryKey = 'parley.tab';

/** Web Locks and BroadcastChannel. Undefined where there are none: old browsers, pages without TLS, and outside of browsers. */
export function browserNeighbours(): Neighbours | undefined {
  const isThere =
    typeof document !== 'undefined' &&
    typeof BroadcastChannel !== 'undefined' &&
    'locks' in navigator &&
    crypto.subtle !== undefined;
  if (!isThere) return undefined;
  return { lock, channel, digest, memory, onHide: (listener) => addEventListener('pagehide', listener) };
}

async function lock(name: string, { mode = 'wait', signal }: LockOptions = {}): Promise<Lock | undefined> {
  const had = Promise.withResolvers<Lock | undefined>();
  const lost = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const wanted = {
    ifAvailable: mode === 'if-free',
    steal: mode === 'take-away',
    ...(signal === undefined ? {} : { signal }),
  };
  const hold = (lock: unknown): Promise<void> | void => {
    if (lock === null) return had.resolve(undefined);
    had.resolve({ lost: lost.promise, release: released.resolve });
    return released.promise;
  };
  navigator.locks.request(name, wanted, hold).catch((error: unknown) => {
    had.reject(error);
    lost.resolve();
  });
  return had.promise;
}

function channel(name: string, heard: (message: unknown) => void): NeighbourChannel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event: MessageEvent<unknown>) => heard(event.data);
  return { post: (message) => channel.postMessage(message), close: () => channel.close() };
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const memory: Neighbours['memory'] = {
  get() {
    try {
      return sessionStorage.getItem(memoryKey) ?? undefined;
    } catch {
      // Forbidden: each page is a tab of its own.
      return undefined;
    }
  },
  set(name) {
    try {
      sessionStorage.setItem(memoryKey, name);
    } catch {
      // The same.
    }
  },
};
