import type { Page } from '@parley/sdk';
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Pages<T> {
  readonly items: readonly T[];
  readonly status: 'loading' | 'ready' | 'failed';
  readonly error?: unknown;
  readonly hasMore: boolean;
  more(): void;
  /** Loads from the start again and keeps showing what is there meanwhile. */
  reload(): void;
}

export type LoadPage<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

interface State<T> {
  readonly items: readonly T[];
  readonly status: Pages<T>['status'];
  readonly error?: unknown;
  readonly nextCursor?: string | undefined;
}

/** What the server gives in pages. Starts anew when `load` is another function; only the latest answer counts. */
export function usePages<T>(load: LoadPage<T>): Pages<T> {
  const [state, setState] = useState<State<T>>({ items: [], status: 'loading' });
  const running = useRef<AbortController>(undefined);
  const fetchPage = useCallback(
    (before: readonly T[], cursor: string | undefined): void => {
      running.current?.abort();
      const gone = new AbortController();
      running.current = gone;
      load(cursor, gone.signal).then(
        (page) =>
          gone.signal.aborted
            ? undefined
            : setState({ items: [...before, ...page.items], status: 'ready', nextCursor: page.nextCursor }),
        (error: unknown) => {
          if (!gone.signal.aborted) setState((old) => ({ ...old, status: 'failed', error }));
        },
      );
    },
    [load],
  );
  useEffect(() => {
    setState((old) => ({ ...old, status: 'loading' }));
    fetchPage([], undefined);
    return () => running.current?.abort();
  }, [fetchPage]);
  return {
    items: state.items,
    status: state.status,
    error: state.error,
    hasMore: state.nextCursor !== undefined,
    more: () => fetchPage(state.items, state.nextCursor),
    reload: () => fetchPage([], undefined),
  };
}
