import { ParleyError, type Ack } from '@parley/protocol';
import type { MessageContext } from '../../delivery.ts';
import type { NewMessage } from '../../store/store.ts';
import { bodyHash } from '../body-hash.ts';
import type { Call, Context, Handler } from '../context.ts';
import { earlierAck } from '../earlier-ack.ts';
import { findMessage } from '../find-message.ts';
import { openAsMember } from '../open-as-member.ts';
import { mentionedMembers } from '../mentions.ts';
import { messageContext } from '../message-context.ts';

type Sending = Pick<Call<'message.send'>, 'params' | 'session' | 'caller'> & { readonly hash: string };

interface Prepared {
  readonly message: NewMessage;
  readonly about: MessageContext;
}

/** What is read first takes differently long, so the turn is awaited before the writer; the commit is not awaited in it. [D3] */
export const messageSend: Handler<'message.send'> = async (context, { params, session, caller, turn }) => {
  const sending = { params, session, caller, hash: bodyHash(params.content, params.replyTo) };
  try {
    const { message, about } = await prepare(context, sending);
    await turn.wait();
    const appended = context.writer.append(message, about);
    turn.pass();
    return { result: (await appended).ack };
  } catch (refusal) {
    return { result: await ackOrRethrow(context, sending, refusal) };
  }
};

/** @throws ParleyError the refusal. */
async function prepare(context: Context, { params, session, caller, hash }: Sending): Promise<Prepared> {
  const { conversationId, clientMsgId, content, replyTo } = params;
  const now = context.clock.now();
  const { db } = context.store;
  const conversation = await openAsMember(db, { conversationId, userId: session.userId, action: 'send', now });
  if (replyTo !== undefined) await findMessage(db, conversation, replyTo);
  const senderId = session.userId;
  const mentions = await mentionedMembers(db, { conversationId, senderId, content });
  const reply = replyTo === undefined ? {} : { replyTo };
  const message = {
    conversationId,
    senderId,
    clientMsgId,
    id: context.nextId(),
    content,
    bodyHash: hash,
    mentions,
    now,
    ...reply,
  };
  return { message, about: messageContext(conversation, session.userName, caller.trace) };
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
