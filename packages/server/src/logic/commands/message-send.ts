import { ParleyError, type Ack, type Params } from '@parley/protocol';
import type { Session } from '../../session.ts';
import type { NewMessage } from '../../store/store.ts';
import { bodyHash } from '../body-hash.ts';
import type { Context, Handler } from '../context.ts';
import { earlierAck } from '../earlier-ack.ts';
import { findMessage } from '../find-message.ts';
import { openConversation } from '../load-conversation.ts';
import { mentionedMembers } from '../mentions.ts';
import { messageContext } from '../message-context.ts';
import type { Appended } from '../writer.ts';

interface Sending {
  readonly params: Params<'message.send'>;
  readonly session: Session;
  readonly hash: string;
}

export const messageSend: Handler<'message.send'> = async (context, { params, session }) => {
  const sending = { params, session, hash: bodyHash(params.content, params.replyTo) };
  try {
    const { ack } = await send(context, sending);
    return { result: ack };
  } catch (refusal) {
    return { result: await ackOrRethrow(context, sending, refusal) };
  }
};

async function send(context: Context, { params, session, hash }: Sending): Promise<Appended> {
  const { conversationId, content, replyTo } = params;
  const now = context.clock.now();
  const { db } = context.store;
  const conversation = await openConversation(db, { conversationId, userId: session.userId, action: 'send', now });
  if (replyTo !== undefined) await findMessage(db, conversation, replyTo);
  const mentions = await mentionedMembers(db, { conversationId, senderId: session.userId, content });
  const message: NewMessage = {
    conversationId,
    senderId: session.userId,
    clientMsgId: params.clientMsgId,
    id: context.nextId(),
    content,
    bodyHash: hash,
    mentions,
    now,
    ...(replyTo === undefined ? {} : { replyTo }),
  };
  return context.writer.append(message, messageContext(conversation, session.userName));
}

/** Before a refusal: it says that nothing was stored, which is not so for the retry of someone muted or removed since. [D1] */
async function ackOrRethrow(context: Context, { params, session, hash }: Sending, refusal: unknown): Promise<Ack> {
  const isFinal = refusal instanceof ParleyError && !refusal.retryable;
  const { conversationId, clientMsgId } = params;
  const ack = isFinal
    ? await earlierAck(context.store.db, { conversationId, senderId: session.userId, clientMsgId }, hash)
    : undefined;
  if (ack === undefined) throw refusal;
  return ack;
}
