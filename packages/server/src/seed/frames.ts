import type { Message } from '@parley/protocol';
import type { Delivery, RawPush } from '../delivery.ts';

/** The format of gochat's clients: what their WebSocket and TCP connections are written in. */
export const seedFormat = 'seed';

/** Operations of the seed's frames. */
export const op = { direct: 2, room: 3, count: 4, info: 5, auth: 6 } as const;

/** Names in one room-info frame at most; the count is always exact. */
export const roomUsersShown = 500;

/**
 * A delivery as the seed's clients read it; undefined for what they have no frame for: edits, recalls, reactions,
 * cursors, typing, and messages of groups and channels.
 */
export function encodeSeed(delivery: Delivery): string | undefined {
  const { push, context } = delivery;
  if (push.push === 'raw') return push.format === seedFormat ? push.text : undefined;
  if (push.push !== 'message.changed' || context === undefined) return undefined;
  const text = textOf(push.message);
  if (text === undefined) return undefined;
  if (context.kind === 'room')
    return JSON.stringify({
      ...fields(push.message, text, context.senderName),
      roomId: push.message.conversationId,
      op: op.room,
    });
  if (context.kind !== 'direct' || context.recipient === undefined) return undefined;
  const { id, name } = context.recipient;
  return JSON.stringify({
    ...fields(push.message, text, context.senderName),
    toUserId: id,
    toUserName: name,
    roomId: roomOf(push.message.clientMsgId),
    op: op.direct,
  });
}

function fields(message: Message, msg: string, fromUserName: string) {
  return {
    code: 0,
    msg,
    fromUserId: message.senderId,
    fromUserName,
    toUserId: 0,
    toUserName: '',
    createTime: seedTime(message.createdAt),
  };
}

function textOf({ content }: Message): string | undefined {
  if (content.type === 'text') return content.text;
  return content.type === 'custom' ? JSON.stringify(content.data) : undefined;
}

const idPrefix = 'seed.';

/** The clientMsgId of a message that came over the seed's wire. A private one names the room its sender was in, which its frame shows. */
export function seedMessageId(roomId: number): string {
  return `${idPrefix}${roomId}.${crypto.randomUUID()}`;
}

function roomOf(clientMsgId: string): number {
  return clientMsgId.startsWith(idPrefix) ? Number.parseInt(clientMsgId.slice(idPrefix.length), 10) || 0 : 0;
}

export function countFrame(count: number): RawPush {
  return { push: 'raw', format: seedFormat, text: JSON.stringify({ count, op: op.count }) };
}

export function infoFrame(
  roomId: number,
  count: number,
  users: readonly { readonly id: number; readonly name: string }[],
): RawPush {
  const roomUserInfo = Object.fromEntries(users.map(({ id, name }) => [String(id), name]));
  return { push: 'raw', format: seedFormat, text: JSON.stringify({ op: op.info, roomId, count, roomUserInfo }) };
}

/** `YYYY-MM-DD HH:MM:SS` in the server’s time zone, as the seed wrote it. */
export function seedTime(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
