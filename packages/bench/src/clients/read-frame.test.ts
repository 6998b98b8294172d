import { expect, test } from 'bun:test';
import { encodeError, encodeReply } from '@parley/protocol';
import { readFrame } from './read-frame.ts';

const encoder = new TextEncoder();
const read = (text: string) => {
  const bytes = encoder.encode(`..${text}..`);
  return { ...readFrame(bytes, 2, bytes.length - 2) };
};
const message = { conversationId: 20_001, seq: 12, id: '712345678901234567', version: 345, senderId: 17 };

test('a message is seen with its conversation and version', () => {
  expect(read(JSON.stringify({ push: 'message.changed', message }))).toMatchObject({
    replyId: 0,
    conversationId: 20_001,
    version: 345,
    senderId: 17,
  });
});

test('a message whose fields come in another order is seen the same', () => {
  const other = JSON.stringify({
    message: Object.fromEntries(Object.entries(message).toReversed()),
    push: 'message.changed',
  });
  expect(read(other)).toMatchObject({ conversationId: 20_001, version: 345, senderId: 17 });
});

test('a reply is seen with its number and whether it is a result', () => {
  expect(read(encodeReply(77, { ok: true }))).toMatchObject({ replyId: 77, isResult: true, conversationId: 0 });
  const error = { code: 'busy', message: '', retryable: true } as const;
  expect(read(encodeError(78, error))).toMatchObject({ replyId: 78, isResult: false, isBusy: true });
  const other = { code: 'forbidden', message: 'busy', retryable: false } as const;
  expect(read(encodeError(79, other))).toMatchObject({ replyId: 79, isResult: false, isBusy: false });
});

test('other pushes are none of both', () => {
  expect(read('{"push":"server.draining","retryAfterMs":5}')).toMatchObject({ replyId: 0, conversationId: 0 });
});
