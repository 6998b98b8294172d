/**
 * `fetch` for what belongs to this installation: never through the proxy that `HTTP_PROXY` names for the world outside, and never
 * redirected, because it carries secrets.
 */
export function directFetch(url: string, init: Omit<BunFetchRequestInit, 'redirect'>): Promise<Response> {
  // Bun takes `false` for no proxy at all, which its types do not know; an empty string or null leaves the environment's in force.
  return fetch(url, { ...init, redirect: 'error', proxy: false as unknown as string });
}
