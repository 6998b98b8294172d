import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { RateClass } from './rates.ts';

/** Who may give a command at all; what they may do with it `logic` decides. */
export type Access = 'anonymous' | 'session' | 'account';

export interface HttpBinding {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Under `/v1`; `{name}` takes a field of the params. Other fields come from the query (GET, DELETE) or the body. */
  readonly path: string;
  readonly status: 200 | 201;
}

/**
 * One thing a client can ask for. The same description serves the sockets, the HTTP routes, the documents
 * (`/openapi.json`, `/asyncapi.json`), the permission matrix and the SDK’s types.
 */
export interface Command<
  Name extends string = string,
  Params extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  /** Dotted: subject and verb. */
  readonly name: Name;
  readonly summary: string;
  readonly params: Params;
  readonly result: Result;
  readonly access: Access;
  readonly rate: RateClass;
  /** Absent: only over a socket, because it changes what the connection listens to. */
  readonly http?: HttpBinding;
  /** Codes beyond those any command can answer (`commonErrors`). */
  readonly errors: readonly ErrorCode[];
}

/** Codes any command may answer. */
export const commonErrors = [
  'invalid-params',
  'rate-limited',
  'busy',
  'unavailable',
  'deadline-exceeded',
  'internal',
] as const satisfies readonly ErrorCode[];

export function defineCommand<const Name extends string, Params extends z.ZodType, Result extends z.ZodType>(
  command: Command<Name, Params, Result>,
): Command<Name, Params, Result> {
  return command;
}
