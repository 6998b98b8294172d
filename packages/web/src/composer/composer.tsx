import type { ConversationHandle, MessageItem, SendableContent } from '@parley/sdk';
import { useMessages } from '@parley/sdk/react';
import { useId, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { toasts } from '../shell/toasts.ts';
import { ComposerContext } from './composer-context.tsx';
import { useComposerMode, type ComposerMode } from './composer-mode.tsx';
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

  const send = (): void => {
    if (!canSend(draft.text)) return;
    const content = { type: 'text' as const, text: draft.text.trim(), ...mentions.inText(draft.text) };
    deliver(conversation, mode, content).catch(toasts.error);
    if (mode.editing === undefined && messages.hasNewer) void conversation.messages.jumpToLatest();
    draft.clear();
    mode.clear();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (mentions.onKeyDown(event)) return;
    const action = actionOf(event.nativeEvent, draft.text === '');
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
        <SendButton text={draft.text} isEditing={mode.editing !== undefined} onSend={send} />
      </div>
    </div>
  );
}

/** As a new message, an answer, or the new text of an old one. */
function deliver(conversation: ConversationHandle, mode: ComposerMode, content: SendableContent): Promise<unknown> {
  if (mode.editing?.seq !== undefined) return conversation.edit(mode.editing.seq, content);
  return conversation.send(content, mode.replyingTo?.seq === undefined ? {} : { replyTo: mode.replyingTo.seq });
}

const canSend = (text: string): boolean => text.trim() !== '' && bytesOf(text) <= textBytesMax;

interface SendButtonProps {
  readonly text: string;
  readonly isEditing: boolean;
  readonly onSend: () => void;
}

/** There when there is something to send. Over the limit it waits, and says by how much. */
function SendButton({ text, isEditing, onSend }: SendButtonProps) {
  const { t } = useTranslation();
  const over = bytesOf(text) - textBytesMax;
  return (
    <>
      {over > 0 && (
        <span className="composer-over" role="status" aria-label={t('composer.over', { count: over })}>
          −{over}
        </span>
      )}
      <button
        type="button"
        className="icon-button composer-send"
        aria-label={t(isEditing ? 'app.save' : 'composer.send')}
        disabled={!canSend(text)}
        data-shown={text.trim() !== ''}
        onClick={onSend}
      >
        <Icon name={isEditing ? 'check' : 'send'} />
      </button>
    </>
  );
}

function editLast(items: readonly MessageItem[], edit: (item: MessageItem) => void): void {
  const last = items.findLast((item) => item.isOwn && item.seq !== undefined && item.content.type === 'text');
  if (last !== undefined) edit(last);
}
