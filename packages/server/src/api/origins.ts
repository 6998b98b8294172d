const loopback = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/** Whether a page of this origin may call: loopback on any port, and what the operator lists, letter for letter. */
export function isOriginAllowed(origin: string, listed: readonly string[]): boolean {
  return loopback.test(origin) || listed.includes(origin);
}
