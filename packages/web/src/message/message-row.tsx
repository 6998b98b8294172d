import type { ConversationHandle, ConversationView, MessageItem } from '@parley/sdk';
import { lazy, memo, Suspense, useRef, useState, type RefObject } from 'react';
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
import { useMessageActions, type MessageActions } from './use-message-actions.ts';
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
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { item, isFirst, isLast, conversation, view, isFlashing } = props;
  const { t } = useTranslation();
  const name = useName(item.senderId);
  const mode = useComposerMode();
  const actions = useMessageActions(conversation, item, view);
  const [isActive, setActive] = useState(false);
  const [isSheet, setSheet] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  const touch = useTouch({
    element,
    onLongPress: () => setSheet(actions.hide !== undefined),
    ...(actions.reply === undefined ? {} : { onSwipe: actions.reply }),
  });
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
      <Body {...props} name={name} actions={actions} isActive={isActive} element={element} />
      {isSheet && (
        <Suspense fallback={null}>
          <MessageSheet actions={actions} onClose={() => setSheet(false)} />
        </Suspense>
      )}
    </article>
  );
});

interface BodyProps extends MessageRowProps {
  readonly name: string;
  readonly actions: MessageActions;
  readonly isActive: boolean;
  readonly element: RefObject<HTMLDivElement | null>;
}

/** Avatar, name, bubble with its bar, reactions, and why it failed. */
function Body({ item, isFirst, isLast, conversation, view, name, actions, isActive, element }: BodyProps) {
  const hasOthers = view?.kind !== 'direct' && !item.isOwn;
  return (
    <>
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
    </>
  );
}

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
