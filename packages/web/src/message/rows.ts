import type { MessageItem } from '@parley/sdk';
import { dayOf } from '../format/time.ts';

/** What the list draws, top to bottom. */
export type Row =
  | { readonly type: 'day'; readonly key: string; readonly time: number }
  | { readonly type: 'unread'; readonly key: string }
  | { readonly type: 'system'; readonly key: string; readonly item: MessageItem }
  | {
      readonly type: 'message';
      readonly key: string;
      readonly item: MessageItem;
      readonly isFirst: boolean;
      readonly isLast: boolean;
    };

const groupMs = 5 * 60_000;

/** Whether two neighbours stand in one group: same author, within five minutes, on the same day. */
function isTogether(before: MessageItem | undefined, after: MessageItem | undefined): boolean {
  return (
    before !== undefined &&
    after !== undefined &&
    before.senderId === after.senderId &&
    before.content.type !== 'system' &&
    after.content.type !== 'system' &&
    after.createdAt - before.createdAt < groupMs &&
    dayOf(before.createdAt) === dayOf(after.createdAt)
  );
}

/** Messages with day separators, the line where reading stopped, and where each group begins and ends. */
export function rowsOf(items: readonly MessageItem[], firstUnreadSeq: number | undefined): readonly Row[] {
  const rows: Row[] = [];
  for (const [index, item] of items.entries()) {
    const before = items[index - 1];
    if (before === undefined || dayOf(before.createdAt) !== dayOf(item.createdAt))
      rows.push({ type: 'day', key: `day-${dayOf(item.createdAt)}`, time: item.createdAt });
    const isUnreadLine = firstUnreadSeq !== undefined && item.seq === firstUnreadSeq;
    if (isUnreadLine) rows.push({ type: 'unread', key: 'unread' });
    rows.push(
      rowOf(
        item,
        !isUnreadLine && isTogether(before, item),
        isTogether(item, items[index + 1]) && items[index + 1]?.seq !== firstUnreadSeq,
      ),
    );
  }
  return rows;
}

function rowOf(item: MessageItem, hasBefore: boolean, hasAfter: boolean): Row {
  if (item.content.type === 'system') return { type: 'system', key: item.key, item };
  return { type: 'message', key: item.key, item, isFirst: !hasBefore, isLast: !hasAfter };
}
