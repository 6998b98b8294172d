/** Whether a client should come back after a close: `now` with jitter, `later` after the advised delay, or `never` without a new session. */
export type ComeBack = 'now' | 'later' | 'never';

interface CloseDescription {
  readonly code: number;
  readonly meaning: string;
}

/**
 * Close codes of `parley.v1+json`. The range says whether to come back:
 * 4000–4099 now, 4400–4499 later (something was wrong with this connection), 4500–4599 never with this session.
 * Standard codes (1001, 1006, 1011, 1012, 1013 …) mean: come back now.
 */
export const closeCodes = {
  /** The node is leaving; the reason is JSON `{"retryAfterMs":n}`. */
  drain: { code: 4000, meaning: 'The node is shutting down; another one, or this one again, takes you.' },
  'heartbeat-timeout': { code: 4001, meaning: 'Nothing was heard for too long.' },
  'slow-consumer': { code: 4002, meaning: 'The socket did not take its data in time; resume from your cursor. [D10]' },
  'frames-missing': {
    code: 4003,
    meaning: 'Frames that were posted before did not arrive; resume. Event streams only.',
  },
  'auth-timeout': { code: 4400, meaning: 'No valid session.hello within the deadline.' },
  'bad-frames': { code: 4401, meaning: 'Too many frames that could not be read.' },
  'too-many-connections': { code: 4402, meaning: 'Too many sockets of this user or address.' },
  overloaded: { code: 4403, meaning: 'The node takes no more connections for now.' },
  'signed-out': { code: 4500, meaning: 'This device was signed out.' },
  'session-ended': { code: 4501, meaning: 'Another device or an administrator ended this session.' },
  replaced: { code: 4502, meaning: 'The device policy let a newer sign-in take this place.' },
  'account-disabled': { code: 4503, meaning: 'The account was disabled.' },
  unauthenticated: { code: 4504, meaning: 'The token is not valid (any more).' },
} as const satisfies Record<string, CloseDescription>;

export type CloseReason = keyof typeof closeCodes;

/** What a client should do after a socket closed with `code`. */
export function comeBackAfter(code: number): ComeBack {
  if (code >= 4500 && code <= 4599) return 'never';
  if (code >= 4400 && code <= 4499) return 'later';
  return 'now';
}
