import type { ConversationHandle, MessageItem } from '@parley/sdk';
import { useMessages } from '@parley/sdk/react';
import { useId, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { toasts } from '../shell/toasts.ts';
import { ComposerContext } from './composer-context.tsx';
import { useComposerMode } from './composer-mode.tsx';
import { bytesOf, textBytesMax } from './byte-length.ts';
import { EmojiButton } from './emoji-button.tsx';
import { actionOf } from './keys.ts';
import { MentionList } from './mention-list.tsx';
import { useComposerText } from './use-composer-text.ts';
import { useMentions } from './use-mentions.ts';
import './composer.css';

/** Where one writes. Nothing typed is ever lost: the draft is kept with every key. */
export function Composer({ conversation }: { readonly conversation: ConversationHandle }) {
  const { t } = useTranslation();
  const mode = useComposerMode();
  const area = useRef<HTMLTextAreaElement>(null);
  const draft = useComposerText(conversation, mode, area);
  const mentions = useMentions(conversation, draft, area);
  const messages = useMessages(conversation.id);
  const id = useId();
  const isTooLong = bytesOf(draft.text) > textBytesMax;
  const canSend = draft.text.trim() !== '' && !isTooLong;

  const send = (): void => {
    if (!canSend) return;
    const content = { type: 'text' as const, text: draft.text.trim(), ...mentions.inText(draft.text) };
    const work =
      mode.editing?.seq === undefined
        ? conversation.send(content, mode.replyingTo?.seq === undefined ? {} : { replyTo: mode.replyingTo.seq })
        : conversation.edit(mode.editing.seq, content);
    work.catch(toasts.error);
    if (mode.editing === undefined && messages.hasNewer) void conversation.messages.jumpToLatest();
    draft.clear();
    mode.clear();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (mentions.onKeyDown(event)) return;
    const action = actionOf(
      { key: event.key, shiftKey: event.shiftKey, isComposing: event.nativeEvent.isComposing, keyCode: event.keyCode },
      draft.text === '',
    );
    if (action === 'type') return;
    event.preventDefault();
    if (action === 'send') send();
    if (action === 'cancel') mode.clear();
    if (action === 'edit-last') editLast(messages.items, mode.edit);
  };
  return (
    <div className="composer">
      <ComposerContext />
      {mentions.isOpen && <MentionList id={`${id}-mentions`} mentions={mentions} />}
      <div className="composer-line">
        <EmojiButton onPick={draft.insert} />
        <textarea
          ref={area}
          className="composer-text"
          rows={1}
          dir="auto"
          value={draft.text}
          placeholder={t('composer.placeholder')}
          aria-label={t('composer.label')}
          aria-autocomplete="list"
          aria-controls={mentions.isOpen ? `${id}-mentions` : undefined}
          onChange={(event) => draft.change(event.target.value)}
          onKeyDown={onKeyDown}
          onSelect={mentions.onSelect}
        />
        {isTooLong && (
          <span
            className="composer-over"
            role="status"
            aria-label={t('composer.over', { count: bytesOf(draft.text) - textBytesMax })}
          >
            −{bytesOf(draft.text) - textBytesMax}
          </span>
        )}
        <button
          type="button"
          className="icon-button composer-send"
          aria-label={t(mode.editing === undefined ? 'composer.send' : 'app.save')}
          disabled={!canSend}
          data-shown={draft.text.trim() !== ''}
          onClick={send}
        >
          <Icon name={mode.editing === undefined ? 'send' : 'check'} />
        </button>
      </div>
    </div>
  );
}

function editLast(items: readonly MessageItem[], edit: (item: MessageItem) => void): void {
  const last = items.findLast((item) => item.isOwn && item.seq !== undefined && item.content.type === 'text');
  if (last !== undefined) edit(last);
}
