import type { ConversationHandle, MessagesState } from '@parley/sdk';
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useEffectEvent, useState, type RefObject } from 'react';
import { go } from '../route.ts';
import type { Row } from '../message/rows.ts';
import type { Place } from './place.ts';

interface ListScrollOptions {
  readonly conversation: ConversationHandle;
  readonly messages: MessagesState;
  readonly rows: readonly Row[];
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly place: Place;
  readonly readSeq: number;
}

/** Rows from the edge at which the next page is asked for. */
const pageAheadRows = 12;
const endThresholdPx = 48;
/** Between the last message and what stands below the list. */
const endGapPx = 8;
const flashMs = 1_600;
/** So many frames a jump may take to come to rest. */
const settleFrames = 6;

/** Keeps the place: at the end while one reads there, at the message one reads while older pages come, at the target of a jump. */
export function useListScroll({ conversation, messages, rows, scroller, place, readSeq }: ListScrollOptions) {
  const [anchoredEpoch, setAnchoredEpoch] = useState<number>();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.type === 'message' ? 56 : 40),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 10,
    anchorTo: 'end',
    paddingEnd: endGapPx,
    followOnAppend: anchoredEpoch === messages.epoch, // Before, its own place is still to be found.
    scrollEndThreshold: endThresholdPx,
  });
  const [flashSeq, setFlashSeq] = useState<number>();
  const [jumpSeq, setJumpSeq] = useState<number>();
  const isSettled = useSettled(flashSeq);
  const { isAtEnd, topTime } = useLook({
    conversation,
    messages,
    rows,
    scroller,
    virtualizer,
    isAnchored: anchoredEpoch === messages.epoch && isSettled,
  });
  useJump({ conversation, place, onJump: setJumpSeq });
  useAnchor({
    virtualizer,
    rows,
    epoch: messages.epoch,
    jumpSeq,
    onJumped: setJumpSeq,
    onFlash: setFlashSeq,
    anchoredEpoch,
    onAnchored: setAnchoredEpoch,
  });
  useFlash(flashSeq, () => setFlashSeq(undefined));
  useMarkRead(conversation, isAtEnd === true && !messages.hasNewer, `${rows.length} ${readSeq}`);

  const toEnd = (): void => {
    if (messages.hasNewer) void conversation.messages.jumpToLatest();
    else virtualizer.scrollToEnd({ behavior: 'auto' });
  };
  useFollowOwn(rows, toEnd);
  useStayAtEnd(scroller, () => isAtEnd === true && virtualizer.scrollToEnd({ behavior: 'auto' }));
  return { virtualizer, isAtEnd: isAtEnd !== false, topTime, flashSeq, toEnd };
}

export type ListScroll = ReturnType<typeof useListScroll>;

type LookOptions = Pick<ListScrollOptions, 'conversation' | 'messages' | 'rows' | 'scroller'> & {
  readonly virtualizer: Virtualizer<HTMLDivElement, Element>;
  readonly isAnchored: boolean;
};

/** Looks where one is after each scroll and each change: whether at the end, which day stands at the top, and whether the next page is due. */
function useLook({ conversation, messages, rows, scroller, virtualizer, isAnchored }: LookOptions) {
  const { hasOlder, hasNewer } = messages;
  const [isAtEnd, setAtEnd] = useState<boolean>(); // Undefined until one has been put somewhere.
  const [topTime, setTopTime] = useState<number>();
  const look = useCallback(() => {
    if (!isAnchored) return;
    const visible = virtualizer.getVirtualItems();
    const offset = virtualizer.scrollOffset ?? 0;
    const top = visible.find((item) => item.end > offset + 8);
    const row = top === undefined ? undefined : rows[top.index];
    setTopTime(row === undefined || row.type === 'day' || row.type === 'unread' ? undefined : row.item.createdAt);
    setAtEnd(virtualizer.isAtEnd(endThresholdPx) && !hasNewer);
    if (hasOlder && (visible[0]?.index ?? 0) < pageAheadRows) void conversation.messages.loadOlder();
    if (hasNewer && (visible.at(-1)?.index ?? 0) > rows.length - pageAheadRows) void conversation.messages.loadNewer();
  }, [virtualizer, rows, hasOlder, hasNewer, conversation, isAnchored]);
  useEffect(() => {
    const list = scroller.current;
    list?.addEventListener('scroll', look, { passive: true });
    const frame = requestAnimationFrame(look);
    return () => {
      list?.removeEventListener('scroll', look);
      cancelAnimationFrame(frame);
    };
  }, [scroller, look]);
  return { isAtEnd, topTime };
}

/** What one sends oneself is always shown. */
function useFollowOwn(rows: readonly Row[], toEnd: () => void): void {
  const last = rows.at(-1);
  const own = last?.type === 'message' && last.item.state === 'sending' ? last.key : undefined;
  const follow = useEffectEvent(toEnd);
  useEffect(() => {
    if (own !== undefined) follow();
  }, [own]);
}

/** A growing composer, a keyboard or a bar takes from the list, but never its end. */
function useStayAtEnd(scroller: RefObject<HTMLDivElement | null>, stay: () => void): void {
  const resized = useEffectEvent(stay);
  useEffect(() => {
    if (scroller.current === null) return;
    const observer = new ResizeObserver(() => resized());
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [scroller]);
}

interface JumpOptions {
  readonly conversation: ConversationHandle;
  readonly place: Place;
  readonly onJump: (seq: number | undefined) => void;
}

/** A seq in the URL: loads around it; the anchor effect then goes there. */
function useJump({ conversation, place, onJump }: JumpOptions): void {
  useEffect(() => {
    const jumpSeq = place.seq;
    if (jumpSeq === undefined) return;
    onJump(jumpSeq);
    const stay = (): void => {
      onJump(undefined);
      go({ page: 'conversation', id: conversation.id }, { isReplacing: true });
    };
    // The list itself shows what failed.
    void conversation.messages.jumpTo(jumpSeq).then(
      (exists) => (exists ? undefined : stay()),
      () => undefined,
    );
  }, [conversation, place, onJump]);
}

interface AnchorOptions {
  readonly virtualizer: {
    scrollToIndex(index: number, options: { align: 'start' | 'center' }): void;
    scrollToEnd(): void;
  };
  readonly rows: readonly Row[];
  readonly epoch: number;
  /** The message to go to as soon as it is in the window. */
  readonly jumpSeq: number | undefined;
  readonly onJumped: (seq: undefined) => void;
  readonly onFlash: (seq: number) => void;
  /** The window one was last put into. */
  readonly anchoredEpoch: number | undefined;
  readonly onAnchored: (epoch: number) => void;
}

/** After the window was replaced: to the jump’s target, else to the unread line, else to the end. */
function useAnchor(options: AnchorOptions): void {
  const { virtualizer, rows, epoch, jumpSeq, onJumped, onFlash, anchoredEpoch, onAnchored } = options;
  useEffect(() => {
    const at = jumpSeq === undefined ? -1 : rows.findIndex((row) => row.type === 'message' && row.item.seq === jumpSeq);
    if (jumpSeq !== undefined && at >= 0) {
      onJumped(undefined);
      onAnchored(epoch);
      virtualizer.scrollToIndex(at, { align: 'center' });
      return onFlash(jumpSeq);
    }
    if (anchoredEpoch === epoch || rows.length === 0) return;
    onAnchored(epoch);
    const unread = rows.findIndex((row) => row.type === 'unread');
    if (unread >= 0) virtualizer.scrollToIndex(Math.max(0, unread - 1), { align: 'start' });
    else virtualizer.scrollToEnd();
  }, [virtualizer, rows, epoch, jumpSeq, onJumped, onFlash, anchoredEpoch, onAnchored]);
}

/** Whether the list has come to rest after a jump: a page coming in on the way would carry it elsewhere. */
function useSettled(flashSeq: number | undefined): boolean {
  const [settledSeq, setSettledSeq] = useState<number>();
  useEffect(() => {
    let [left, next] = [settleFrames, 0];
    const count = (): void => {
      if (--left <= 0) setSettledSeq(flashSeq);
      else next = requestAnimationFrame(count);
    };
    next = requestAnimationFrame(count);
    return () => cancelAnimationFrame(next);
  }, [flashSeq]);
  return flashSeq === undefined || settledSeq === flashSeq;
}

function useFlash(flashSeq: number | undefined, onEnd: () => void): void {
  const end = useEffectEvent(onEnd);
  useEffect(() => {
    if (flashSeq === undefined) return;
    const timer = setTimeout(end, flashMs);
    return () => clearTimeout(timer);
  }, [flashSeq]);
}

/** What is on screen at the end, in a window one looks at, is read; asked anew on each `occasion`. */
function useMarkRead(conversation: ConversationHandle, isAtEnd: boolean, occasion: string): void {
  useEffect(() => {
    const mark = (): void => {
      if (isAtEnd && document.visibilityState === 'visible' && document.hasFocus()) conversation.markRead();
    };
    mark();
    addEventListener('focus', mark);
    document.addEventListener('visibilitychange', mark);
    return () => {
      removeEventListener('focus', mark);
      document.removeEventListener('visibilitychange', mark);
    };
  }, [conversation, isAtEnd, occasion]);
}
