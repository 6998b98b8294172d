import { useEffect, useState } from 'react';

const settleMs = 180;

/** The value once it has stayed the same for a moment: what is worth asking the server. */
export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
