import { ParleyError, type Message, type SystemEvent } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { NewMessage } from '../store/store.ts';
import type { Context } from './context.ts';
import { sentMessageView } from './message-view.ts';

export interface SystemMessage {
  readonly conversationId: number;
  /** Who did it. */
  readonly senderId: number;
  readonly event: SystemEvent;
  readonly now: number;
}

/**
 * Appends what happened in a group as a message, in the transaction in which it happens: the next seq and the next version
 * together, so that history, unread counts and sync need no second kind of entry. [D3, D8]
 */
export async function appendSystemMessage(
  context: Pick<Context, 'store' | 'nextId'>,
  tx: Transaction<Tables>,
  { conversationId, senderId, event, now }: SystemMessage,
): Promise<Message> {
  const id = context.nextId();
  const message: NewMessage = {
    conversationId,
    senderId,
    clientMsgId: `sys-${id}`,
    id,
    content: { type: 'system', system: event },
    bodyHash: '',
    now,
  };
  const outcome = await context.store.append(tx, message);
  if (!outcome.ok) throw new ParleyError(outcome.code);
  return sentMessageView(message, outcome.ack);
}
