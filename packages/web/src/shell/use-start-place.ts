import { useClient } from '@parley/sdk/react';
import { useEffect } from 'react';
import { go } from '../route.ts';

/** On wide screens the lobby is open when the URL names nothing; phones begin with the list. */
export function useStartPlace(): void {
  const client = useClient();
  useEffect(() => {
    if (location.hash.length > 1 || !matchMedia('(width >= 640px)').matches) return;
    const gone = new AbortController();
    const enter = (lobbyId: number | undefined): void => {
      if (lobbyId !== undefined && location.hash.length <= 1 && !gone.signal.aborted)
        go({ page: 'conversation', id: lobbyId }, { isReplacing: true });
    };
    // Without an answer the list is there to pick from.
    client.serverInfo({ signal: gone.signal }).then(
      (info) => enter(info.lobbyId),
      () => undefined,
    );
    return () => gone.abort();
  }, [client]);
}
