import { useEffect, useEffectEvent, useRef } from 'react';

/** Loads again when the count behind a list moves: others come and go while one looks. */
export function useReloadOn(count: number, reload: () => void): void {
  const known = useRef(count);
  const again = useEffectEvent(reload);
  useEffect(() => {
    if (known.current === count) return;
    known.current = count;
    again();
  }, [count]);
}
