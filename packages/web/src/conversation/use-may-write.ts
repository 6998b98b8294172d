import type { ConversationView } from '@parley/sdk';
import { useEffect, useState } from 'react';

/** Whether the composer is there, else what stands in its place. */
export type MayWrite = 'yes' | 'join' | 'muted' | 'readOnly' | 'left';

export function useMayWrite(view: ConversationView | undefined): MayWrite {
  const isMuted = useIsBefore(view?.mutedUntil);
  if (view === undefined) return 'left';
  if (!view.isMember) return view.kind === 'room' || view.kind === 'channel' ? 'join' : 'left';
  if (view.kind === 'channel' && view.role === 'member') return 'readOnly';
  return isMuted ? 'muted' : 'yes';
}

const timerMsMax = 2_147_483_647;

function useIsBefore(time: number | undefined): boolean {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (time === undefined || time <= Date.now()) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.min(time - Date.now() + 50, timerMsMax));
    return () => clearTimeout(timer);
  }, [time]);
  return time !== undefined && time > now;
}
