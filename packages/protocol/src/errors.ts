/** What a code means to whoever gets it. `retryable`: the same command may succeed later, unchanged. */
export interface ErrorDescription {
  readonly status: number;
  readonly retryable: boolean;
  readonly meaning: string;
}

/** The one table of error codes: in socket replies, HTTP problems and the SDK. Codes are stable; texts are not. */
export const errorTable = {
  'invalid-frame': { status: 400, retryable: false, meaning: 'The frame is not JSON of the documented shape.' },
  'unknown-command': { status: 404, retryable: false, meaning: 'There is no command of that name.' },
  'method-not-allowed': { status: 405, retryable: false, meaning: 'The route exists, but not with this HTTP method.' },
  'invalid-params': {
    status: 422,
    retryable: false,
    meaning: 'A field is missing, unknown or out of its limits; `fields` names each.',
  },
  'frame-too-large': { status: 413, retryable: false, meaning: 'The frame or body is larger than the limit.' },
  unauthenticated: { status: 401, retryable: false, meaning: 'No session, or it has ended. Sign in again.' },
  'wrong-credentials': { status: 401, retryable: false, meaning: 'The name or the password is wrong.' },
  forbidden: { status: 403, retryable: false, meaning: 'Your role does not allow this.' },
  'account-disabled': { status: 403, retryable: false, meaning: 'The account is disabled.' },
  'guests-disabled': { status: 403, retryable: false, meaning: 'This server takes no guests.' },
  'registration-disabled': { status: 403, retryable: false, meaning: 'This server takes no new accounts.' },
  'guest-not-allowed': { status: 403, retryable: false, meaning: 'Guests may not do this; create an account first.' },
  'not-member': { status: 403, retryable: false, meaning: 'You are not a member of this conversation.' },
  banned: { status: 403, retryable: false, meaning: 'You are banned from this conversation.' },
  muted: { status: 403, retryable: false, meaning: 'You may not write here for now.' },
  'read-only': { status: 403, retryable: false, meaning: 'Only its owner and admins write in this channel.' },
  blocked: { status: 403, retryable: false, meaning: 'One of you does not accept messages from the other.' },
  'not-found': { status: 404, retryable: false, meaning: 'It does not exist, or you may not see it.' },
  'invite-invalid': {
    status: 404,
    retryable: false,
    meaning: 'The invitation does not exist, was revoked, has expired or is used up.',
  },
  'name-taken': { status: 409, retryable: false, meaning: 'That user name is taken.' },
  'password-too-common': { status: 422, retryable: false, meaning: 'That password is among the most used ones.' },
  'client-msg-id-conflict': { status: 409, retryable: false, meaning: 'This clientMsgId was used with another body.' },
  'idempotency-conflict': {
    status: 409,
    retryable: false,
    meaning: 'This Idempotency-Key was used with another request.',
  },
  'already-recalled': { status: 409, retryable: false, meaning: 'The message was recalled.' },
  'too-late': { status: 409, retryable: false, meaning: 'The time for editing or recalling is over.' },
  'too-many-reactions': {
    status: 409,
    retryable: false,
    meaning: 'The message has the maximum of different reactions.',
  },
  'conversation-full': { status: 409, retryable: false, meaning: 'The group has the maximum of members.' },
  'too-many-conversations': { status: 409, retryable: false, meaning: 'You are in the maximum of conversations.' },
  'too-many-subscriptions': { status: 409, retryable: false, meaning: 'This connection listens to the maximum.' },
  'owner-cannot-leave': { status: 409, retryable: false, meaning: 'Hand the conversation over to somebody first.' },
  'socket-only': { status: 400, retryable: false, meaning: 'This command needs a socket.' },
  'unknown-stream': {
    status: 404,
    retryable: false,
    meaning: 'There is no event stream of that id, or not any more; open another one.',
  },
  'frames-missing': {
    status: 409,
    retryable: false,
    meaning: 'Frames that were posted before did not arrive; the stream is closed, open another one.',
  },
  'rate-limited': { status: 429, retryable: true, meaning: 'Too many requests; come back after `retryAfterMs`.' },
  busy: {
    status: 503,
    retryable: true,
    meaning: 'The server has all the work it can take; come back after `retryAfterMs`.',
  },
  unavailable: {
    status: 503,
    retryable: true,
    meaning: 'A part the command needs cannot be reached. Nothing was stored.',
  },
  'deadline-exceeded': { status: 504, retryable: true, meaning: 'No answer in time; whether it was done is unknown.' },
  internal: { status: 500, retryable: true, meaning: 'A defect of the server. It was logged under `requestId`.' },
} as const satisfies Record<string, ErrorDescription>;

export type ErrorCode = keyof typeof errorTable;

/** One field that did not fit. `pointer` is a JSON pointer into the params. */
export interface FieldError {
  readonly pointer: string;
  readonly message: string;
}

export interface ErrorOptionsExtra extends ErrorOptions {
  readonly fields?: readonly FieldError[];
  /** Milliseconds after which the same command may succeed. */
  readonly retryAfterMs?: number;
  /** Under which the server logged it. */
  readonly requestId?: string;
  /** Default: what the table says of the code. */
  readonly retryable?: boolean;
}

/**
 * An outcome the domain knows: a refusal with a stable code. Everything else that is thrown is a defect.
 * `message` is for people and safe to show; it holds no secret.
 */
export class ParleyError extends Error {
  override readonly name = 'ParleyError';
  /** Stable; what a program decides by. A newer server may send one that is not in the table. */
  readonly code: ErrorCode;
  /** The same call may succeed later, unchanged. */
  readonly retryable: boolean;
  /** Of `invalid-params`: each field that did not fit. */
  readonly fields: readonly FieldError[] | undefined;
  /** Milliseconds after which the same call may succeed. */
  readonly retryAfterMs: number | undefined;
  /** Name it to whoever runs the server. Absent when no server was asked. */
  readonly requestId: string | undefined;

  constructor(code: ErrorCode, message?: string, options: ErrorOptionsExtra = {}) {
    const known = describe(code);
    super(message ?? known.meaning, options);
    this.code = code;
    this.retryable = options.retryable ?? known.retryable;
    this.fields = options.fields;
    this.retryAfterMs = options.retryAfterMs;
    this.requestId = options.requestId;
  }

  /** The HTTP status that goes with the code. */
  get status(): number {
    return describe(this.code).status;
  }
}

const unknown: ErrorDescription = { status: 500, retryable: false, meaning: 'The server refused for a new reason.' };

function describe(code: string): ErrorDescription {
  return isErrorCode(code) ? errorTable[code] : unknown;
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}
