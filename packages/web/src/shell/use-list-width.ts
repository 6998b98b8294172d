import { useState, type KeyboardEvent, type PointerEvent } from 'react';

const key = 'parley.listWidth';
const range = { min: 260, max: 420, usual: 320, step: 16 } as const;
const clamp = (px: number): number => Math.min(range.max, Math.max(range.min, Math.round(px)));

/** The width of the list of conversations: dragged or moved by arrow keys, remembered on this device. */
export function useListWidth() {
  const [px, setPx] = useState(() => clamp(Number(localStorage.getItem(key)) || range.usual));
  const keep = (next: number): void => {
    setPx(clamp(next));
    localStorage.setItem(key, String(clamp(next)));
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    const grip = event.currentTarget;
    const from = event.clientX - px;
    grip.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent): void => keep(moved.clientX - from);
    grip.addEventListener('pointermove', move);
    grip.addEventListener('lostpointercapture', () => grip.removeEventListener('pointermove', move), { once: true });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft') keep(px - range.step);
    if (event.key === 'ArrowRight') keep(px + range.step);
  };
  return { px, min: range.min, max: range.max, onPointerDown, onKeyDown };
}
