import type { User } from '@parley/sdk';
import { useClient } from '@parley/sdk/react';
import { useCallback } from 'react';
import { usePages, type Pages } from '../load/use-pages.ts';
import { useSettled } from '../load/use-settled.ts';

/** People of the directory whose name begins with the query. */
export function usePeople(query: string): Pages<User> {
  const client = useClient();
  const wanted = useSettled(query.trim());
  return usePages(
    useCallback(
      (cursor, signal) =>
        client.users.search({ query: wanted, ...(cursor === undefined ? {} : { cursor }) }, { signal }),
      [client, wanted],
    ),
  );
}
