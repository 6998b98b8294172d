import { useState } from 'react';

export interface Action {
  readonly isRunning: boolean;
  readonly error?: unknown;
  readonly isDone: boolean;
  run(work: () => Promise<unknown>): void;
}

/** One thing at a time, with how it ended. */
export function useAction(): Action {
  const [state, setState] = useState<Omit<Action, 'run'>>({ isRunning: false, isDone: false });
  const run = (work: () => Promise<unknown>): void => {
    setState({ isRunning: true, isDone: false });
    work().then(
      () => setState({ isRunning: false, isDone: true }),
      (error: unknown) => setState({ isRunning: false, isDone: false, error }),
    );
  };
  return { ...state, run };
}
