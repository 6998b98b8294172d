import { z } from 'zod';
import { commonErrors, type Command } from './command.ts';
import { errorTable, type ErrorCode } from './errors.ts';
import type { WireError } from './frames.ts';

const errorCodes = Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]];

/** One refused field. */
export const fieldError = z
  .object({
    pointer: z.string().meta({ description: 'A JSON pointer into the params.' }),
    message: z.string(),
  })
  .meta({ id: 'FieldError' });

const reason = {
  code: z.enum(errorCodes).meta({ description: 'Stable; programs branch on it.' }),
  retryable: z.boolean().meta({ description: 'The same request may succeed later, unchanged.' }),
  retryAfterMs: z.int().min(0).optional(),
  fields: z.array(fieldError).optional(),
};

/** An error of HTTP: RFC 9457. */
export const problem = z
  .object({
    type: z.string().meta({ description: '`urn:parley:error:<code>`' }),
    title: z.string().meta({ description: 'What the code means.' }),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened here, for people.' }),
    ...reason,
    requestId: z.string().meta({ description: 'Also in the header X-Request-Id; name it when you ask for help.' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with the fields of a socket’s error.' });
export type Problem = z.infer<typeof problem>;

/** The error of a reply frame. */
export const wireError = z
  .object({ message: z.string(), ...reason, requestId: z.string().optional() })
  .meta({ id: 'Error', description: 'Why a command was refused.' });

/** The body of an HTTP error. */
export function toProblem(error: WireError, requestId: string): Problem {
  const { message, code, fields, ...rest } = error;
  const { meaning, status } = errorTable[code];
  return {
    type: `urn:parley:error:${code}`,
    title: meaning,
    status,
    detail: message,
    code,
    ...rest,
    ...(fields === undefined ? {} : { fields: [...fields] }),
    requestId,
  };
}

/** Every code a command may answer: its own, those of its access, and those of any command. */
export function errorsOf(command: Command): readonly ErrorCode[] {
  const ofAccess: readonly ErrorCode[] =
    command.access === 'anonymous'
      ? []
      : command.access === 'session'
        ? ['unauthenticated']
        : ['unauthenticated', 'guest-not-allowed'];
  return [...new Set([...command.errors, ...ofAccess, ...commonErrors])];
}

/** Codes only an HTTP request can meet, besides those of its command. */
export function httpErrorsOf(command: Command): readonly ErrorCode[] {
  const ofKey: readonly ErrorCode[] = takesIdempotencyKey(command) ? ['idempotency-conflict'] : [];
  return [...new Set([...errorsOf(command), ...bodyErrorsOf(command), ...ofKey])];
}

/** The body of a DELETE is not read, but may be too large to be let by. */
function bodyErrorsOf({ http }: Command): readonly ErrorCode[] {
  if (http === undefined || http.method === 'GET') return [];
  return http.method === 'DELETE' ? ['frame-too-large'] : ['invalid-frame', 'frame-too-large'];
}

/** Messages have their own key, `clientMsgId`; anonymous POSTs have nobody to keep an answer for. */
export function takesIdempotencyKey(command: Command): boolean {
  return command.http?.method === 'POST' && command.access !== 'anonymous' && command.name !== 'message.send';
}
