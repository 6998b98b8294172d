import { useSyncExternalStore } from 'react';

/** What is asked before something that cannot be undone. */
export interface Asked {
  readonly title: string;
  readonly hint: string;
  readonly action: string;
  readonly run: () => Promise<unknown>;
}

let asked: Asked | undefined;
const listeners = new Set<() => void>();

function set(next: Asked | undefined): void {
  asked = next;
  for (const listener of listeners) listener();
}

/** For places that are gone by the time of the answer, such as a menu. One question at a time. */
export const questions = { ask: (question: Asked): void => set(question), close: (): void => set(undefined) } as const;

export function useAsked(): Asked | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => asked,
  );
}
