import type { Ack, Content, Message, Reaction } from '@parley/protocol';
import type { Selectable } from 'kysely';
import type { MessageTable } from '../store/schema.ts';
import type { NewMessage } from '../store/store.ts';

export type MessageRow = Selectable<MessageTable>;

/** A stored message as clients see it. */
export function messageView(row: MessageRow): Message {
  return {
    conversationId: row.conversation_id,
    seq: row.seq,
    id: row.id,
    version: row.version,
    senderId: row.sender_id,
    clientMsgId: row.client_msg_id,
    createdAt: row.created_at,
    content: JSON.parse(row.content) as Content,
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    ...(row.edited_at === null ? {} : { editedAt: row.edited_at }),
    ...(row.reactions === null ? {} : { reactions: JSON.parse(row.reactions) as Reaction[] }),
  };
}

/** A message just appended, without reading it again. */
export function sentMessageView(sent: NewMessage, ack: Ack): Message {
  const message: Message = {
    conversationId: sent.conversationId,
    seq: ack.seq,
    id: ack.id,
    version: ack.version,
    senderId: sent.senderId,
    clientMsgId: sent.clientMsgId,
    createdAt: ack.createdAt,
    content: sent.content,
  };
  if (sent.replyTo !== undefined) message.replyTo = sent.replyTo;
  return message;
}
