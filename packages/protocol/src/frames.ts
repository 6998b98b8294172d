import type { CommandName, Params, ParamsInput, Result } from './commands.ts';
import { errorTable, ParleyError, type ErrorCode, type FieldError } from './errors.ts';
import { limits } from './limits.ts';
import type { Push } from './pushes.ts';

/** The WebSocket subprotocol of these frames. Within it, changes only add. */
export const subprotocol = 'parley.v1+json';

/** Client to server. `id` is the client’s own number for the answer; `params` are checked by the command’s schema. */
export interface CommandFrame<Name extends CommandName = CommandName> {
  readonly id: number;
  readonly command: Name;
  readonly params: ParamsInput<Name>;
}

/** An error as it travels in a reply. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly fields?: readonly FieldError[];
  readonly requestId?: string;
}

/** Server to client: the answer to the command of the same `id`; 0 when a frame had no readable id. */
export type ReplyFrame<Name extends CommandName = CommandName> =
  | { readonly id: number; readonly result: Result<Name> }
  | { readonly id: number; readonly error: WireError };

export type ServerFrame = ReplyFrame | Push;

/** A command frame before its params were checked. */
export interface UncheckedCommand {
  readonly id: number;
  readonly command: string;
  readonly params: unknown;
}

/**
 * Reads one text frame of a client.
 * @throws ParleyError `invalid-frame` or `frame-too-large`; never anything else, whatever the bytes are.
 */
export function decodeCommand(text: string): UncheckedCommand {
  if (text.length > limits.frameBytesMax) throw new ParleyError('frame-too-large');
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (cause) {
    throw new ParleyError('invalid-frame', 'The frame is not JSON.', { cause });
  }
  return checkShape(frame);
}

function checkShape(frame: unknown): UncheckedCommand {
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame))
    throw new ParleyError('invalid-frame', 'The frame is not a JSON object.');
  const { id, command, params } = frame as Record<string, unknown>;
  if (!isFrameId(id)) throw new ParleyError('invalid-frame', '“id” must be an integer from 1 to 2^53 − 1.');
  if (typeof command !== 'string') throw new ParleyError('invalid-frame', '“command” must be a string.');
  return { id, command, params: params ?? {} };
}

function isFrameId(id: unknown): id is number {
  return Number.isSafeInteger(id) && (id as number) > 0;
}

/** Reads one text frame of the server; the SDK’s side. @throws ParleyError `invalid-frame` */
export function decodeServerFrame(text: string): ServerFrame {
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame === 'object' && frame !== null && ('push' in frame || 'id' in frame)) return frame as ServerFrame;
  } catch (cause) {
    throw new ParleyError('invalid-frame', 'The frame is not JSON.', { cause });
  }
  throw new ParleyError('invalid-frame', 'The frame is neither a reply nor a push.');
}

export function encodeReply(id: number, result: unknown): string {
  return `{"id":${id},"result":${JSON.stringify(result)}}`;
}

export function encodeError(id: number, error: WireError): string {
  return encodeErrorText(id, JSON.stringify(error));
}

/** The same of an error that is encoded already. `id` as it stood in the command. */
export function encodeErrorText(id: number | string, errorText: string): string {
  return `{"id":${id},"error":${errorText}}`;
}

/** What a client is told of an error. A defect tells nothing but its code and `requestId`. */
export function toWireError(error: unknown, requestId?: string): WireError {
  const known = error instanceof ParleyError ? error : new ParleyError('internal');
  return {
    code: known.code,
    message: known.message,
    retryable: errorTable[known.code].retryable,
    ...(known.retryAfterMs === undefined ? {} : { retryAfterMs: known.retryAfterMs }),
    ...(known.fields === undefined ? {} : { fields: known.fields }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** The client’s side of `toWireError`. A code of a newer server stays what it is. */
export function fromWireError({ code, message, ...options }: WireError): ParleyError {
  return new ParleyError(code, message, options);
}

export type { Params, Result };
