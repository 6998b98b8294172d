import type { Environment } from './environment.ts';

/** The browser, Node or Bun as it is. Links are the client’s own. */
export const systemEnvironment: Omit<Environment, 'openLink'> = {
  now: () => Date.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  newId: () => randomId(),
  fetch: (url, init) => fetch(url, init),
  onReturn,
};

/** 128 random bits. Not `randomUUID`, which browsers keep from pages without TLS. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function onReturn(listener: () => void): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const visible = (): void => {
    if (document.visibilityState === 'visible') listener();
  };
  // Out of the back/forward cache, where it was neither hidden nor offline to itself.
  const shown = (event: PageTransitionEvent): void => {
    if (event.persisted) listener();
  };
  globalThis.addEventListener('online', listener);
  globalThis.addEventListener('pageshow', shown);
  document.addEventListener('visibilitychange', visible);
  return () => {
    globalThis.removeEventListener('online', listener);
    globalThis.removeEventListener('pageshow', shown);
    document.removeEventListener('visibilitychange', visible);
  };
}
