import { useSyncExternalStore } from 'react';

/** Where one is, in the URL’s hash, so that reload and the back gesture work. */
export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'conversation'; readonly id: number; readonly seq?: number }
  | { readonly page: 'invite'; readonly code: string };

/** What an entry of the browser’s history knows. */
export interface HistoryEntry {
  /** Going back stays inside the page. */
  readonly isInside?: boolean;
  /** Going back closes the panel that lies on top. */
  readonly isPanel?: boolean;
}

/** The route stands before the first `!`; the panels over it follow. */
export function parseRoute(hash: string): Route {
  const [page, first, second] = routePart(hash).replace(/^#\/?/, '').split('/');
  if (page === 'c' && isNumber(first))
    return { page: 'conversation', id: Number(first), ...(isNumber(second) ? { seq: Number(second) } : {}) };
  if (page === 'invite' && first !== undefined && /^[\w-]{1,64}$/.test(first)) return { page: 'invite', code: first };
  return { page: 'home' };
}

const isNumber = (text: string | undefined): text is string => text !== undefined && /^[1-9][0-9]{0,14}$/.test(text);

export const routePart = (hash: string): string => hash.split('!', 1)[0] ?? '';

export function hashOf(route: Route): string {
  if (route.page === 'conversation') return route.seq === undefined ? `#c/${route.id}` : `#c/${route.id}/${route.seq}`;
  return route.page === 'invite' ? `#invite/${route.code}` : '#';
}

/** From this width the details stand beside the conversation; below they lie over it. */
export const wideMin = 1024;

let last: { readonly part: string; readonly route: Route } | undefined;

const entry = (): HistoryEntry => (history.state as HistoryEntry | null) ?? {};

/** Goes there and closes every panel; with `isReplacing` the way back skips where one was, as it does for a panel. */
export function go(route: Route, options: { readonly isReplacing?: boolean } = {}): void {
  const hash = hashOf(route) + keptDetails(route);
  last = undefined; // A new object, so that a second jump to the same message is one.
  if (options.isReplacing === true || entry().isPanel === true) write(hash, { ...entry(), isPanel: false }, true);
  else write(hash, { isInside: true }, false);
}

/** A jump within the conversation leaves its details open where they stand beside it. */
function keptDetails(route: Route): string {
  const now = current();
  const isSame = route.page === 'conversation' && now.page === 'conversation' && now.id === route.id;
  return isSame && location.hash.includes('!details') && matchMedia(`(width >= ${wideMin}px)`).matches
    ? '!details'
    : '';
}

/** Writes a hash into the URL and tells everyone who looks at it. */
export function write(hash: string, state: HistoryEntry, isReplacing: boolean): void {
  const url = `${location.pathname}${location.search}${hash}`;
  if (isReplacing) history.replaceState(state, '', url);
  else history.pushState(state, '', url);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Back to where one came from inside the page, else to the list. */
export function goBack(): void {
  if (entry().isInside === true) history.back();
  else go({ page: 'home' }, { isReplacing: true });
}

/** The same object while the route stays, whatever panels come and go. */
function current(): Route {
  const part = routePart(location.hash);
  if (last?.part !== part) last = { part, route: parseRoute(part) };
  return last.route;
}

export function subscribeToHash(listener: () => void): () => void {
  addEventListener('popstate', listener);
  addEventListener('hashchange', listener);
  return () => {
    removeEventListener('popstate', listener);
    removeEventListener('hashchange', listener);
  };
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribeToHash, current);
}
