/** A sliding window: at most `limit` per `windowMs`. Beyond it: `rate-limited` with `retryAfterMs`. */
export interface Rate {
  readonly limit: number;
  readonly windowMs: number;
  /** What is counted together. */
  readonly per: 'user' | 'address';
}

/** Lifted by `PARLEY_RATE_LIMITS=off`, for benchmarks only. */
export const rates = {
  /** Reading anything. */
  read: { limit: 1_200, windowMs: 60_000, per: 'user' },
  /** Search costs more than reading. */
  search: { limit: 60, windowMs: 60_000, per: 'user' },
  /** Changing anything but messages. */
  write: { limit: 240, windowMs: 60_000, per: 'user' },
  /** Messages, edits, recalls, reactions. */
  send: { limit: 100, windowMs: 10_000, per: 'user' },
  /** Typing and cursors; beyond it typing on a socket is dropped without an error, a cursor can be sent again. */
  signal: { limit: 600, windowMs: 60_000, per: 'user' },
  join: { limit: 60, windowMs: 60_000, per: 'user' },
  /** New conversations and invitations. */
  create: { limit: 60, windowMs: 3_600_000, per: 'user' },
  /** Accounts and guests from one address. */
  register: { limit: 60, windowMs: 3_600_000, per: 'address' },
  /** Passwords tried from one address; per account there is a growing delay besides. */
  signIn: { limit: 60, windowMs: 60_000, per: 'address' },
  /** Session look-ups and `session.hello` from one address. */
  hello: { limit: 1_200, windowMs: 60_000, per: 'address' },
  public: { limit: 600, windowMs: 60_000, per: 'address' },
} as const satisfies Record<string, Rate>;

export type RateClass = keyof typeof rates;
