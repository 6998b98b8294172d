import { expect, test } from 'bun:test';
import { decodeServerFrame } from '@parley/protocol';
import { asNewerServer } from './newer-server.ts';

test('F21 what is known stays as it was, beside what is new', () => {
  const message = { conversationId: 1, seq: 2, content: { type: 'text', text: 'hi' } };
  const [first, second] = asNewerServer(JSON.stringify({ push: 'message.changed', message }));
  expect(decodeServerFrame(first!)).toMatchObject({ push: 'poll.opened' });
  const frame = decodeServerFrame(second!) as unknown as { message: object };
  expect(frame).toMatchObject({ push: 'message.changed', message, hint: 'ignore me' });
  expect(frame.message).toHaveProperty('since2031');
  expect(frame.message).toHaveProperty('content', message.content);
});
