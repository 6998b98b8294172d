import type { ConversationHandle, MessageItem } from '@parley/sdk';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clock, fullTime, useLanguage } from '../format/time.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { overlays } from '../shell/overlay.ts';
import { isEmojiOnly } from './emoji-only.ts';
import { Quote } from './quote.tsx';
import { StateMark } from './state-mark.tsx';

/** Longer texts fold after this many lines. */
const foldLines = 20;

export function Bubble({
  item,
  conversation,
}: {
  readonly item: MessageItem;
  readonly conversation: ConversationHandle;
}) {
  const isLarge = item.content.type === 'text' && item.replyTo === undefined && isEmojiOnly(item.content.text);
  return (
    <div className="bubble" data-large={isLarge} data-recalled={item.content.type === 'recalled'}>
      {item.replyTo !== undefined && item.content.type !== 'recalled' && (
        <Quote seq={item.replyTo} conversation={conversation} />
      )}
      <Body item={item} />
      <Foot item={item} />
    </div>
  );
}

function Body({ item }: { readonly item: MessageItem }) {
  const { t } = useTranslation();
  switch (item.content.type) {
    case 'text':
      return <FoldedText text={item.content.text} />;
    case 'custom':
      return (
        <pre className="bubble-custom" tabIndex={0}>
          <code>{JSON.stringify(item.content.data, null, 2)}</code>
        </pre>
      );
    case 'recalled':
      return <p className="bubble-recalled">{t('message.recalled')}</p>;
    case 'system':
      return null;
  }
}

function FoldedText({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const isLong = text.length > 1_600 || text.split('\n').length > foldLines;
  return (
    <>
      <div className="bubble-text" dir="auto" data-folded={isLong && !isOpen}>
        <Markdown text={text} />
      </div>
      {isLong && (
        <button type="button" className="bubble-fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t(isOpen ? 'message.less' : 'message.all')}
        </button>
      )}
    </>
  );
}

/** Time, “edited” and state, at the end of the last line when there is room. */
function Foot({ item }: { readonly item: MessageItem }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { seq } = item;
  return (
    <span className="bubble-foot">
      {item.editedAt !== undefined && seq !== undefined && (
        <button
          type="button"
          onClick={() => overlays.open({ type: 'revisions', conversationId: item.conversationId, seq })}
        >
          {t('message.edited')}
        </button>
      )}
      <time dateTime={new Date(item.createdAt).toISOString()} title={fullTime(item.createdAt, language)}>
        {clock(item.createdAt, language)}
      </time>
      {item.isOwn && <StateMark state={item.state} />}
    </span>
  );
}
