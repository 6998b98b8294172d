import { useSyncExternalStore } from 'react';

export interface Toast {
  readonly key: number;
  readonly error?: unknown;
  readonly text?: string;
}

const shownMs = 5_000;
let shown: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

function add(toast: Omit<Toast, 'key'>): void {
  const key = ++last;
  set([...shown.slice(-2), { ...toast, key }]);
  setTimeout(() => set(shown.filter((other) => other.key !== key)), shownMs);
}

/** Short notes at the bottom: what could not be done, or what was. */
export const toasts = {
  error: (error: unknown): void => add({ error }),
  text: (text: string): void => add({ text }),
} as const;

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => shown,
  );
}
