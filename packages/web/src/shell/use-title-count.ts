import { useConversations } from '@parley/sdk/react';
import { useEffect } from 'react';

/** The tab’s title says how much is unread. */
export function useTitleCount(): void {
  const { unreadTotal } = useConversations();
  useEffect(() => {
    document.title = unreadTotal > 0 ? `(${unreadTotal > 99 ? '99+' : unreadTotal}) Parley` : 'Parley';
    return () => void (document.title = 'Parley');
  }, [unreadTotal]);
}
