import { ParleyError } from '@parley/protocol';
import { encodeCall, errorOf, type Answer } from './http-wire.ts';
import type { Target } from './service-stubs.ts';

/** Whom a call is for: a node by its id, any node of the role, or the node whose turn it is for this key. */
export interface Recipient {
  readonly nodeId?: string;
  readonly key?: string;
}

/**
 * Calls that may be made twice: they read, or leave things as the first time did. `deliver` is none, because what is pushed later must
 * not overtake what came before.
 */
const repeatable: ReadonlySet<string> = new Set([
  'logic.closed',
  'logic.heads',
  'logic.membersAmong',
  'connect.listeners',
  'connect.subscribe',
  'connect.end',
  'seed.enterRoom',
  'seed.announceCount',
  'seed.announceInfo',
  'seed.audienceChanged',
]);

/** A call on its way to a node, and what its caller waits for. */
export class OutgoingCall {
  readonly target: Target;
  readonly recipient: Recipient;
  /** As it is on the wire. */
  readonly text: string;
  /** Until then somebody waits for it. */
  readonly dueMs: number;
  /** Nodes that did not take it, by boot id. */
  readonly tried = new Set<string>();
  private readonly outcome = Promise.withResolvers<unknown>();
  private isSettled = false;

  constructor(target: Target, args: readonly unknown[], { recipient, dueMs }: { recipient: Recipient; dueMs: number }) {
    this.target = target;
    this.recipient = recipient;
    this.text = encodeCall(target, args, dueMs);
    this.dueMs = dueMs;
  }

  get promise(): Promise<unknown> {
    return this.outcome.promise;
  }

  /** Nobody waits for it any more. */
  isOver(nowMs: number): boolean {
    return this.isSettled || nowMs >= this.dueMs;
  }

  get isRepeatable(): boolean {
    return repeatable.has(`${this.target.role}.${this.target.method}`);
  }

  settle({ result, error }: Answer): void {
    if (error !== undefined) return this.reject(errorOf(error));
    this.isSettled = true;
    this.outcome.resolve(result);
  }

  reject(error: ParleyError): void {
    this.isSettled = true;
    this.outcome.reject(error);
  }
}

/** It did not begin. */
export function notBegun(message: string, cause?: unknown): ParleyError {
  return new ParleyError('unavailable', message, { cause });
}

/** It may have begun. */
export function unknown(message: string, cause?: unknown): ParleyError {
  return new ParleyError('deadline-exceeded', message, { cause });
}
