import { useRef, type RefObject, type TouchEvent } from 'react';

interface TouchOptions {
  readonly element: RefObject<HTMLElement | null>;
  readonly onLongPress: () => void;
  readonly onSwipe?: () => void;
}

const longPressMs = 450;
const slopPx = 10;
const swipePx = 56;

interface Touching {
  readonly x: number;
  readonly y: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  shift: number;
  /** The sheet has opened: lifting the finger must not press what is there now. */
  isLong: boolean;
}

/** Long press opens the sheet; a swipe towards the start of the line replies. Scrolling does neither. */
export function useTouch({ element, onLongPress, onSwipe }: TouchOptions) {
  const state = useRef<Touching>(undefined);
  const end = (): void => {
    const { current } = state;
    clearTimeout(current?.timer);
    if (element.current) element.current.style.transform = '';
    state.current = undefined;
    if (current !== undefined && current.shift >= swipePx) onSwipe?.();
  };
  return {
    onTouchStart(event: TouchEvent) {
      const touch = event.touches[0];
      if (!isInside(event)) return;
      if (touch === undefined || event.touches.length > 1) return end();
      const touching: Touching = { x: touch.clientX, y: touch.clientY, shift: 0, isLong: false, timer: undefined };
      touching.timer = setTimeout(() => {
        touching.isLong = true;
        onLongPress();
      }, longPressMs);
      state.current = touching;
    },
    onTouchMove(event: TouchEvent) {
      const touch = event.touches[0];
      const { current } = state;
      if (touch === undefined || current === undefined) return;
      const [dx, dy] = [current.x - touch.clientX, Math.abs(touch.clientY - current.y)];
      if (Math.abs(dx) > slopPx || dy > slopPx) clearTimeout(current.timer);
      current.shift = onSwipe !== undefined && dx > slopPx && dx > dy ? Math.min(dx, swipePx + 12) : 0;
      if (element.current) element.current.style.transform = current.shift > 0 ? `translateX(${-current.shift}px)` : '';
    },
    onTouchEnd(event: TouchEvent) {
      if (!isInside(event)) return;
      if (state.current?.isLong === true) event.preventDefault();
      end();
    },
    onTouchCancel: end,
  };
}

/** React also brings the touches of the sheet, which the message opened but does not contain. */
const isInside = (event: TouchEvent): boolean => event.currentTarget.contains(event.target as Node);
