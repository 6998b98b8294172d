import { useMemo, useSyncExternalStore } from 'react';

/** What lies over the page: one at a time. */
export type Overlay =
  | { readonly type: 'settings' }
  | { readonly type: 'browse' }
  | { readonly type: 'search'; readonly conversationId?: number }
  | { readonly type: 'switcher' }
  | { readonly type: 'keys' }
  | { readonly type: 'profile'; readonly userId: number }
  | { readonly type: 'revisions' | 'receipts'; readonly conversationId: number; readonly seq: number };

let current: Overlay | undefined;
const listeners = new Set<() => void>();

function set(next: Overlay | undefined): void {
  current = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const overlays = { open: set, close: () => set(undefined), current: () => current } as const;

export function useOverlay() {
  const shown = useSyncExternalStore(subscribe, overlays.current);
  return useMemo(() => ({ shown, open: overlays.open, close: overlays.close }), [shown]);
}
