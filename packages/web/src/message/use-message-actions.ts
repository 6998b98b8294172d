import type { ConversationHandle, ConversationView, MessageItem } from '@parley/sdk';
import { useComposerMode } from '../composer/composer-mode.tsx';
import { useTranslation } from 'react-i18next';
import { questions } from '../shell/questions.ts';
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
  const { t } = useTranslation();
  const mode = useComposerMode();
  const { seq, content } = item;
  if (seq === undefined || content.type === 'system') return {};
  const run = (work: Promise<unknown>): void => void work.catch(toasts.error);
  const hide = (): void => run(conversation.hide(seq));
  if (content.type === 'recalled' || view?.isMember !== true) return view?.isMember === true ? { hide } : {};
  const mayWrite = view.kind !== 'channel' || view.role !== 'member';
  const mayRecall = item.isOwn || (view.kind !== 'direct' && view.role !== 'member');
  const take = (): Promise<void> => conversation.recall(seq);
  const ask = {
    title: t('details.recallQuestion'),
    hint: t('details.recallHint'),
    action: t('message.recall'),
    run: take,
  };
  // One's own words are one's own; erasing somebody else's is asked about.
  const recall = (): void => (item.isOwn ? run(take()) : questions.ask(ask));
  return {
    hide,
    react: (emoji) => run(conversation.react(seq, emoji)),
    ...(mayWrite ? { reply: () => mode.reply(item) } : {}),
    ...(item.isOwn && content.type === 'text' ? { edit: () => mode.edit(item) } : {}),
    ...(mayRecall ? { recall } : {}),
    ...(content.type === 'text' ? { copy: () => run(navigator.clipboard.writeText(content.text)) } : {}),
    ...(item.isOwn && (view.kind === 'direct' || view.kind === 'group') ? { receipts: { conversation, seq } } : {}),
  };
}
