import { useSyncExternalStore } from 'react';

/** Where one is, in the URL’s hash, so that reload and the back gesture work. */
export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'conversation'; readonly id: number; readonly seq?: number }
  | { readonly page: 'invite'; readonly code: string };

export function parseRoute(hash: string): Route {
  const [page, first, second] = hash.replace(/^#\/?/, '').split('/');
  if (page === 'c' && isNumber(first)) return { page: 'conversation', id: Number(first), ...(isNumber(second) ? { seq: Number(second) } : {}) };
  if (page === 'invite' && first !== undefined && /^[\w-]{1,64}$/.test(first)) return { page: 'invite', code: first };
  return { page: 'home' };
}

const isNumber = (text: string | undefined): text is string => text !== undefined && /^[1-9][0-9]{0,14}$/.test(text);

export function hashOf(route: Route): string {
  if (route.page === 'conversation') return route.seq === undefined ? `#c/${route.id}` : `#c/${route.id}/${route.seq}`;
  return route.page === 'invite' ? `#invite/${route.code}` : '#';
}

let last: { readonly hash: string; readonly route: Route } | undefined;

/** Goes there; with `isReplacing` the way back skips where one was. */
export function go(route: Route, options: { readonly isReplacing?: boolean } = {}): void {
  const url = `${location.pathname}${location.search}${hashOf(route)}`;
  if (options.isReplacing === true) history.replaceState(history.state, '', url);
  else history.pushState({ isInside: true }, '', url);
  last = undefined; // A new object, so that a second jump to the same message is one.
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Back to where one came from inside the page, else to the list. */
export function goBack(): void {
  if ((history.state as { isInside?: boolean } | null)?.isInside === true) history.back();
  else go({ page: 'home' }, { isReplacing: true });
}

function current(): Route {
  if (last?.hash !== location.hash) last = { hash: location.hash, route: parseRoute(location.hash) };
  return last.route;
}

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener);
  addEventListener('hashchange', listener);
  return () => {
    removeEventListener('popstate', listener);
    removeEventListener('hashchange', listener);
  };
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}
