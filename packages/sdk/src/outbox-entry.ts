import { errorTable, ParleyError, type ErrorCode, type SendableContent } from '@parley/protocol';
import type { Pending } from './sync-state.ts';

/** One message that waits to be sent. */
export interface OutboxEntry {
  readonly conversationId: number;
  readonly clientMsgId: string;
  readonly content: SendableContent;
  readonly replyTo?: number;
  readonly createdAt: number;
  /** Rises with every entry of one client. */
  readonly order: number;
  /** The client that sends it, of several on one storage. */
  readonly owner?: string;
  readonly failure?: { readonly code: ErrorCode; readonly message: string };
}

/** What a window shows of an entry. */
export function pendingOf(entry: OutboxEntry): Pending {
  const { clientMsgId, content, replyTo, createdAt, failure } = entry;
  const base = { clientMsgId, content, createdAt, ...(replyTo === undefined ? {} : { replyTo }) };
  if (failure === undefined) return { ...base, state: 'sending' };
  return { ...base, state: 'failed', error: new ParleyError(failure.code, failure.message) };
}

export function encodeEntry(entry: OutboxEntry): string {
  return JSON.stringify(entry);
}

/** Undefined for what cannot be an entry: what is damaged must not stop the others. */
export function decodeEntry(text: string): OutboxEntry | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is OutboxEntry {
  if (!isObject(value)) return false;
  const { conversationId, clientMsgId, content, replyTo, createdAt, order, owner, failure } = value;
  return (
    Number.isSafeInteger(conversationId) &&
    typeof clientMsgId === 'string' &&
    isContent(content) &&
    (replyTo === undefined || Number.isSafeInteger(replyTo)) &&
    Number.isFinite(createdAt) &&
    Number.isFinite(order) &&
    (owner === undefined || typeof owner === 'string') &&
    (failure === undefined || isFailure(failure))
  );
}

/** As much as is needed to show it; the server checks the rest. */
function isContent(value: unknown): boolean {
  return isObject(value) && typeof value['type'] === 'string' && (value['type'] !== 'text' || isText(value['text']));
}

function isFailure(value: unknown): boolean {
  return (
    isObject(value) && isText(value['code']) && Object.hasOwn(errorTable, value['code']) && isText(value['message'])
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
