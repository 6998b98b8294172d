import type { ConversationHandle, ConversationView, MessageItem } from '@parley/sdk';
import { lazy, memo, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { hueOf } from '../avatar/hue.ts';
import { useComposerMode } from '../composer/composer-mode.tsx';
import { overlays } from '../shell/overlay.ts';
import { Bubble } from './bubble.tsx';
import { FailedLine } from './failed-line.tsx';
import { MessageBar } from './message-bar.tsx';
import { useName } from './preview.ts';
import { Reactions } from './reactions.tsx';
import { useMessageActions } from './use-message-actions.ts';
import { useTouch } from './use-touch.ts';
import './message.css';

const MessageSheet = lazy(() => import('./message-sheet.tsx'));

export interface MessageRowProps {
  readonly item: MessageItem;
  /** First and last of its group: the name stands above the first, the avatar beside the last. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly conversation: ConversationHandle;
  readonly view: ConversationView | undefined;
  readonly isFlashing: boolean;
}

/** One message with everything one can do to it: by mouse, by touch and by keyboard. */
export const MessageRow = memo(function MessageRow({
  item,
  isFirst,
  isLast,
  conversation,
  view,
  isFlashing,
}: MessageRowProps) {
  const { t } = useTranslation();
  const name = useName(item.senderId);
  const mode = useComposerMode();
  const actions = useMessageActions(conversation, item, view);
  const [isActive, setActive] = useState(false);
  const [isSheet, setSheet] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  const touch = useTouch({
    element,
    onLongPress: () => setSheet(true),
    ...(actions.reply === undefined ? {} : { onSwipe: actions.reply }),
  });
  const hasOthers = view?.kind !== 'direct' && !item.isOwn;
  return (
    <article
      className="message"
      tabIndex={-1}
      onFocus={() => setActive(true)}
      onBlur={(event) => setActive(event.currentTarget.contains(event.relatedTarget))}
      data-own={item.isOwn}
      data-first={isFirst}
      data-last={isLast}
      data-flash={isFlashing}
      data-state={item.state}
      data-editing={mode.editing?.seq !== undefined && mode.editing.seq === item.seq}
      aria-label={t('message.by', { name: item.isOwn ? t('sidebar.you') : name })}
      style={{ '--name-hue': hueOf(item.senderId) } as React.CSSProperties}
      {...touch}
    >
      {hasOthers && <span className="message-gutter">{isLast && <AuthorButton id={item.senderId} name={name} />}</span>}
      <div className="message-body" ref={element}>
        {hasOthers && isFirst && (
          <button
            type="button"
            className="message-name"
            dir="auto"
            onClick={() => overlays.open({ type: 'profile', userId: item.senderId })}
          >
            {name}
          </button>
        )}
        <div className="message-line">
          <Bubble item={item} conversation={conversation} />
          <MessageBar actions={actions} isActive={isActive} />
        </div>
        <Reactions item={item} conversation={conversation} />
        {item.state === 'failed' && <FailedLine item={item} conversation={conversation} />}
      </div>
      {isSheet && (
        <Suspense fallback={null}>
          <MessageSheet actions={actions} onClose={() => setSheet(false)} />
        </Suspense>
      )}
    </article>
  );
});

function AuthorButton({ id, name }: { readonly id: number; readonly name: string }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      className="message-author"
      tabIndex={-1}
      aria-label={t('profile.of', { name })}
      onClick={() => overlays.open({ type: 'profile', userId: id })}
    >
      <Avatar id={id} name={name} size={32} />
    </button>
  );
}
