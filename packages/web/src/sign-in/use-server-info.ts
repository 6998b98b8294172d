import { useClient } from '@parley/sdk/react';
import { useEffect, useState } from 'react';

export interface ServerInfo {
  readonly name: string;
  readonly guests: boolean;
  readonly registration: boolean;
  readonly lobbyId?: number | undefined;
}

/** What the server offers; undefined until it has answered. */
export function useServerInfo(): ServerInfo | undefined {
  const client = useClient();
  const [info, setInfo] = useState<ServerInfo>();
  useEffect(() => {
    const gone = new AbortController();
    client.serverInfo({ signal: gone.signal }).then(setInfo, () => undefined); // Signing in says what is wrong.
    return () => gone.abort();
  }, [client]);
  return info;
}
