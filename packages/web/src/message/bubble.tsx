import type { ConversationHandle, MessageItem } from '@parley/sdk';
import { useAccount } from '@parley/sdk/react';
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
const foldChars = 1_600;

export function Bubble({
  item,
  conversation,
}: {
  readonly item: MessageItem;
  readonly conversation: ConversationHandle;
}) {
  const isLarge = item.content.type === 'text' && item.replyTo === undefined && isEmojiOnly(item.content.text);
  return (
    <div
      className="bubble"
      dir={directionOf(item)}
      data-large={isLarge}
      data-recalled={item.content.type === 'recalled'}
    >
      {item.replyTo !== undefined && item.content.type !== 'recalled' && (
        <Quote seq={item.replyTo} conversation={conversation} />
      )}
      <Body item={item} />
      <Foot item={item} />
    </div>
  );
}

/** The text’s own direction, by its first letter: the foot stands at the end of its last line. */
function directionOf(item: MessageItem): 'rtl' | 'ltr' | undefined {
  if (item.content.type !== 'text') return undefined;
  const letter = /\p{L}/u.exec(item.content.text)?.[0];
  if (letter === undefined) return undefined;
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(letter)
    ? 'rtl'
    : 'ltr';
}

function Body({ item }: { readonly item: MessageItem }) {
  const { t } = useTranslation();
  switch (item.content.type) {
    case 'text':
      return <FoldedText item={item} text={item.content.text} hasMentions={item.content.mentions !== undefined} />;
    case 'custom':
      return (
        <pre className="bubble-custom" tabIndex={0}>
          <code>{JSON.stringify(item.content.data, null, 2)}</code>
        </pre>
      );
    case 'recalled':
      return (
        <p className="bubble-recalled">
          {t('message.recalled')}
          <FootRoom item={item} />
        </p>
      );
    case 'system':
      return null;
  }
}

const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

interface FoldedTextProps {
  readonly item: MessageItem;
  readonly text: string;
  readonly hasMentions: boolean;
}

function FoldedText({ item, text, hasMentions }: FoldedTextProps) {
  const { t } = useTranslation();
  const { account } = useAccount();
  const [isOpen, setOpen] = useState(false);
  const isLong = text.length > foldChars || text.split('\n').length > foldLines;
  const room = isLong ? undefined : <FootRoom item={item} />;
  return (
    <>
      <div className="bubble-text" data-folded={isLong && !isOpen} data-cjk={cjk.test(text)}>
        <Markdown text={text} hasMentions={hasMentions} ownName={account?.name} tail={room} />
      </div>
      {isLong && (
        <button type="button" className="bubble-fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t(isOpen ? 'message.less' : 'message.all')}
        </button>
      )}
    </>
  );
}

function useFootText(item: MessageItem): { readonly edited: string; readonly time: string } {
  const { t } = useTranslation();
  const language = useLanguage();
  const isEdited = item.editedAt !== undefined && item.content.type !== 'recalled';
  return { edited: !isEdited ? '' : t('message.edited'), time: clock(item.createdAt, language) };
}

/** Unseen, as wide as the foot: the last line of text leaves that much room, or the foot gets a line of its own. */
function FootRoom({ item }: { readonly item: MessageItem }) {
  const { edited, time } = useFootText(item);
  return (
    <span
      className="bubble-room"
      aria-hidden="true"
      data-text={`${edited} ${time}`.trim()}
      data-marked={item.isOwn}
      data-edited={edited !== ''}
    />
  );
}

/** Time, “edited” and state, at the end of the last line when there is room. */
function Foot({ item }: { readonly item: MessageItem }) {
  const language = useLanguage();
  const { edited, time } = useFootText(item);
  const { seq } = item;
  return (
    <span className="bubble-foot">
      {edited !== '' && seq !== undefined && (
        <button
          type="button"
          onClick={() => overlays.open({ type: 'revisions', conversationId: item.conversationId, seq })}
        >
          {edited}
        </button>
      )}
      <time dateTime={new Date(item.createdAt).toISOString()} title={fullTime(item.createdAt, language)}>
        {time}
      </time>
      {item.isOwn && <StateMark state={item.state} />}
    </span>
  );
}
