import type { ParleyClient } from '@parley/sdk';
import { useSyncExternalStore } from 'react';

let isRefused = false;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  isRefused = next;
  for (const listener of listeners) listener();
}

/** Listens from the start: signing in is the first that is kept, before there is anywhere to say so. */
export function watchStorage(client: ParleyClient): void {
  client.on('storage', ({ problem }) => {
    if (problem === 'not-kept') set(true);
  });
}

/** Whether the browser refused to keep something and nobody has put the notice away since. */
export function useStorageTrouble(): { readonly isRefused: boolean; dismiss(): void } {
  const refused = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => isRefused,
  );
  return { isRefused: refused, dismiss: () => set(false) };
}
