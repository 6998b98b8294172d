/** Hashes and checks passwords off the event loop, a bounded number at a time; beyond its queue it rejects with `busy`. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Checks against `$argon2id$…` or an imported `sha1$…`. A missing hash takes as long and is false. `needsRehash`: store a new one. */
  verify(password: string, hash: string | null): Promise<{ readonly isRight: boolean; readonly needsRehash: boolean }>;
}
