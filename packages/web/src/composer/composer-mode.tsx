import type { MessageItem } from '@parley/sdk';
import { createContext, use, useMemo, useState, type ReactNode } from 'react';

/** What the composer is about: a new message, an answer to one, or an edit of one. */
export interface ComposerMode {
  readonly replyingTo: MessageItem | undefined;
  readonly editing: MessageItem | undefined;
  reply(item: MessageItem): void;
  edit(item: MessageItem): void;
  clear(): void;
}

const ModeContext = createContext<ComposerMode | undefined>(undefined);

export function ComposerModeProvider({ children }: { readonly children: ReactNode }) {
  const [state, setState] = useState<{ readonly replyingTo?: MessageItem; readonly editing?: MessageItem }>({});
  const mode = useMemo<ComposerMode>(
    () => ({
      replyingTo: state.replyingTo,
      editing: state.editing,
      reply: (item) => setState({ replyingTo: item }),
      edit: (item) => setState({ editing: item }),
      clear: () => setState({}),
    }),
    [state],
  );
  return <ModeContext value={mode}>{children}</ModeContext>;
}

export function useComposerMode(): ComposerMode {
  const mode = use(ModeContext);
  if (mode === undefined) throw new Error('useComposerMode needs a ComposerModeProvider.');
  return mode;
}
