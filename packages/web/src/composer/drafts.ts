import { useSyncExternalStore } from 'react';

const prefix = 'parley.draft.';
const listeners = new Set<() => void>();

/** What was typed but not sent, per conversation; survives reload and everything else. */
export function readDraft(conversationId: number): string {
  return localStorage.getItem(prefix + conversationId) ?? '';
}

export function writeDraft(conversationId: number, text: string): void {
  if (text.trim() === '') localStorage.removeItem(prefix + conversationId);
  else localStorage.setItem(prefix + conversationId, text);
  for (const listener of listeners) listener();
}

/** What the next account here has no business with. */
export function clearDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useDraft(conversationId: number): string {
  return useSyncExternalStore(subscribe, () => readDraft(conversationId));
}
