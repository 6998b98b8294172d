import type { ConversationHandle, ConversationView, MessageItem } from '@parley/sdk';
import { useComposerMode } from '../composer/composer-mode.tsx';
import { toasts } from '../shell/toasts.ts';

/** What one may do with a message; what is absent is not offered. */
export interface MessageActions {
  readonly reply?: () => void;
  readonly react?: (emoji: string) => void;
  readonly edit?: () => void;
  readonly recall?: () => void;
  readonly hide?: () => void;
  readonly copy?: () => void;
  readonly receipts?: { readonly conversation: ConversationHandle; readonly seq: number };
}

export function useMessageActions(
  conversation: ConversationHandle,
  item: MessageItem,
  view: ConversationView | undefined,
): MessageActions {
  const mode = useComposerMode();
  const { seq, content } = item;
  if (seq === undefined || content.type === 'system') return {};
  const run = (work: Promise<unknown>): void => void work.catch(toasts.error);
  const hide = (): void => run(conversation.hide(seq));
  if (content.type === 'recalled' || view?.isMember !== true) return view?.isMember === true ? { hide } : {};
  const mayWrite = view.kind !== 'channel' || view.role !== 'member';
  const mayRecall = item.isOwn || (view.kind !== 'direct' && view.role !== 'member');
  return {
    hide,
    react: (emoji) => run(conversation.react(seq, emoji)),
    ...(mayWrite ? { reply: () => mode.reply(item) } : {}),
    ...(item.isOwn && content.type === 'text' ? { edit: () => mode.edit(item) } : {}),
    ...(mayRecall ? { recall: () => run(conversation.recall(seq)) } : {}),
    ...(content.type === 'text' ? { copy: () => run(navigator.clipboard.writeText(content.text)) } : {}),
    ...(item.isOwn && (view.kind === 'direct' || view.kind === 'group') ? { receipts: { conversation, seq } } : {}),
  };
}
