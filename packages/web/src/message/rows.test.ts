import type { MessageItem } from '@parley/sdk';
import { expect, test } from 'bun:test';
import { rowsOf, type Row } from './rows.ts';

const noon = new Date(2026, 4, 5, 12).getTime();
const minute = 60_000;

function item(seq: number, over: Partial<MessageItem> = {}): MessageItem {
  return {
    key: `k${seq}`,
    conversationId: 1,
    seq,
    clientMsgId: `c${seq}`,
    senderId: 1,
    isOwn: false,
    createdAt: noon + seq * 1_000,
    content: { type: 'text', text: 'x' },
    reactions: [],
    state: 'received',
    ...over,
  };
}

const shape = (rows: readonly Row[]): readonly string[] =>
  rows.map((row) =>
    row.type === 'message' ? `${row.isFirst ? '[' : ''}${row.item.seq}${row.isLast ? ']' : ''}` : row.type,
  );

test('neighbours of one author within five minutes stand in one group', () => {
  expect(
    shape(
      rowsOf(
        [item(1), item(2), item(3, { senderId: 2 }), item(4, { senderId: 2, createdAt: noon + 6 * minute })],
        undefined,
      ),
    ),
  ).toEqual(['day', '[1', '2]', '[3]', '[4]']);
});

test('a new day begins with its separator and a new group', () => {
  const next = new Date(2026, 4, 6, 0, 0, 1).getTime();
  expect(shape(rowsOf([item(1, { createdAt: next - 2_000 }), item(2, { createdAt: next })], undefined))).toEqual([
    'day',
    '[1]',
    'day',
    '[2]',
  ]);
});

test('the unread line stands above the first unread message and splits its group', () => {
  expect(shape(rowsOf([item(1), item(2), item(3)], 2))).toEqual(['day', '[1]', 'unread', '[2', '3]']);
});

test('what the system says stands alone', () => {
  const said = item(2, { content: { type: 'system', system: { event: 'created' } } });
  expect(shape(rowsOf([item(1), said, item(3)], undefined))).toEqual(['day', '[1]', 'system', '[3]']);
});

test('no messages, no rows', () => {
  expect(rowsOf([], 1)).toEqual([]);
});
