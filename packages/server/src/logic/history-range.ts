import type { Params } from '@parley/protocol';

/** What of a conversation may be read: after `floor`, up to and including `head`. */
export interface Readable {
  readonly floor: number;
  readonly head: number;
}

export interface HistoryRange {
  readonly from: number;
  readonly to: number;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/** Seqs have no holes, so a page is a range of numbers and needs no search. [D3] `from` > `to`: an empty page. */
export function historyRange(
  page: Omit<Params<'message.history'>, 'conversationId'>,
  { floor, head }: Readable,
): HistoryRange {
  const oldest = floor + 1;
  const newestStart = Math.max(oldest, head - page.limit + 1);
  const { from, to } = wanted(page, { oldest, head, newestStart });
  return { from, to, hasOlder: from > oldest && oldest <= head, hasNewer: to < head && oldest <= head };
}

interface Bounds {
  readonly oldest: number;
  readonly head: number;
  readonly newestStart: number;
}

function wanted(
  { before, after, around, limit }: Omit<Params<'message.history'>, 'conversationId'>,
  bounds: Bounds,
): { from: number; to: number } {
  const { oldest, head, newestStart } = bounds;
  if (before !== undefined) {
    const to = Math.min(before - 1, head);
    return { from: Math.max(oldest, to - limit + 1), to };
  }
  if (after !== undefined) {
    const from = Math.max(oldest, after + 1);
    return { from, to: Math.min(head, from + limit - 1) };
  }
  if (around === undefined) return { from: newestStart, to: head };
  const from = Math.max(oldest, Math.min(around - Math.floor(limit / 2), newestStart));
  return { from, to: Math.min(head, from + limit - 1) };
}
