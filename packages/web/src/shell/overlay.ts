import { useMemo, useSyncExternalStore } from 'react';
import { routePart, subscribeToHash, write, type HistoryEntry } from '../route.ts';

/** What lies over the page: one at a time. It stands in the URL behind a `!`, so that reload and the back gesture work. */
export type Overlay =
  | { readonly type: 'settings' | 'browse' | 'switcher' | 'keys' }
  | { readonly type: 'search'; readonly conversationId?: number }
  | { readonly type: 'profile'; readonly userId: number }
  | { readonly type: 'revisions' | 'receipts'; readonly conversationId: number; readonly seq: number };

interface Panels {
  readonly overlay: Overlay | undefined;
  /** The details beside the conversation. */
  readonly hasDetails: boolean;
}

const details = 'details';
const isPlain = (type: string | undefined): type is 'settings' | 'browse' | 'switcher' | 'keys' =>
  type === 'settings' || type === 'browse' || type === 'switcher' || type === 'keys';

function parseOverlay(text: string): Overlay | undefined {
  const [type, first, second] = text.split('/');
  const [a, b] = [Number(first), Number(second)];
  if (isPlain(type)) return { type };
  if (type === 'search') return a > 0 ? { type, conversationId: a } : { type };
  if (type === 'profile' && a > 0) return { type, userId: a };
  if ((type === 'revisions' || type === 'receipts') && a > 0 && b > 0) return { type, conversationId: a, seq: b };
  return undefined;
}

/** `#c/1!details!profile/5` has both. */
export function parsePanels(hash: string): Panels {
  const parts = hash.split('!').slice(1);
  return {
    hasDetails: parts.includes(details),
    overlay: parts.map(parseOverlay).find((overlay) => overlay !== undefined),
  };
}

function nameOf(overlay: Overlay): string {
  if (overlay.type === 'profile') return `${overlay.type}/${overlay.userId}`;
  if (overlay.type === 'revisions' || overlay.type === 'receipts')
    return `${overlay.type}/${overlay.conversationId}/${overlay.seq}`;
  return overlay.type === 'search' && overlay.conversationId !== undefined
    ? `search/${overlay.conversationId}`
    : overlay.type;
}

export function hashWith(hash: string, panels: Panels): string {
  const route = routePart(hash) === '' ? '#' : routePart(hash);
  return [
    route,
    ...(panels.hasDetails ? [details] : []),
    ...(panels.overlay === undefined ? [] : [nameOf(panels.overlay)]),
  ].join('!');
}

let last: { readonly hash: string; readonly panels: Panels } | undefined;

function current(): Panels {
  const { hash } = location;
  if (last?.hash !== hash) last = { hash, panels: parsePanels(hash) };
  return last.panels;
}

const state = (): HistoryEntry => (history.state as HistoryEntry | null) ?? {};

/** A panel over another one takes its place; closing goes back to what was below. */
function show(panels: Panels): void {
  write(hashWith(location.hash, panels), { isInside: true, isPanel: true }, current().overlay !== undefined);
}

function hide(panels: Panels): void {
  if (state().isPanel === true) history.back();
  else write(hashWith(location.hash, panels), state(), true);
}

export const overlays = {
  open: (overlay: Overlay): void => show({ ...current(), overlay }),
  close: (): void => {
    if (current().overlay !== undefined) hide({ ...current(), overlay: undefined });
  },
  current: (): Overlay | undefined => current().overlay,
  toggleDetails: (): void => {
    const { hasDetails } = current();
    if (hasDetails) hide({ overlay: undefined, hasDetails: false });
    else show({ overlay: undefined, hasDetails: true });
  },
} as const;

export function useOverlay() {
  const { overlay: shown, hasDetails } = useSyncExternalStore(subscribeToHash, current);
  return useMemo(() => ({ shown, hasDetails, ...overlays }), [shown, hasDetails]);
}
