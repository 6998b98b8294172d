const loopback = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/**
 * Whether a page of this origin may open a socket: one served by the same host and port, one on this machine, or one of the
 * configured list; compared exactly. Without the header it is no browser, and only the token in the first frame counts.
 * @param origin the Origin header · @param host the Host header
 */
export function isAllowedOrigin(origin: string | null, host: string | null, allowed: ReadonlySet<string>): boolean {
  if (origin === null) return true;
  if (allowed.has(origin) || loopback.test(origin)) return true;
  return host !== null && host !== '' && (origin === `http://${host}` || origin === `https://${host}`);
}
