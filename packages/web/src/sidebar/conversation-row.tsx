import type { ConversationView } from '@parley/sdk';
import { useAccount, useTyping, useUser } from '@parley/sdk/react';
import { useTranslation } from 'react-i18next';
import { ConversationAvatar } from '../avatar/conversation-avatar.tsx';
import { shortTime, useLanguage } from '../format/time.ts';
import { Icon } from '../icons/icon.tsx';
import { usePreview } from '../message/preview.ts';
import { hashOf } from '../route.ts';
import { useDraft } from '../composer/drafts.ts';

interface RowProps {
  readonly view: ConversationView;
  readonly isCurrent: boolean;
}

/** One conversation: who, what was said last and when, and how much of it is unread. */
export function ConversationRow({ view, isCurrent }: RowProps) {
  const language = useLanguage();
  return (
    <a
      className="row"
      href={hashOf({ page: 'conversation', id: view.id })}
      aria-current={isCurrent ? 'page' : undefined}
      data-unread={view.unreadCount > 0}
    >
      <ConversationAvatar view={view} size={44} />
      <span className="row-line">
        <span className="row-name" dir="auto">
          {view.name}
        </span>
        {view.notify === 'none' && <Icon name="bellOff" size={14} />}
        <time className="row-time">
          {view.lastMessage === undefined ? '' : shortTime(view.lastActivityAt, Date.now(), language)}
        </time>
      </span>
      <span className="row-line">
        <span className="row-preview" dir="auto">
          <RowPreview view={view} isCurrent={isCurrent} />
        </span>
        <RowBadge view={view} />
      </span>
    </a>
  );
}

function RowPreview({ view, isCurrent }: RowProps) {
  const { t } = useTranslation();
  const typing = useTyping(view.id);
  const draft = useDraft(view.id);
  if (typing.length > 0) return <span className="row-typing">{t('typing.short')}</span>;
  if (draft !== '' && !isCurrent)
    return (
      <>
        <span className="row-draft">{t('sidebar.draft')}</span> {draft}
      </>
    );
  return view.lastMessage === undefined ? view.topic : <LastMessage view={view} />;
}

function LastMessage({ view }: { readonly view: ConversationView }) {
  const { t } = useTranslation();
  const { account } = useAccount();
  const message = view.lastMessage;
  const sender = useUser(message?.senderId ?? 0);
  const preview = usePreview(message?.content, message?.senderId ?? 0);
  if (message === undefined) return null;
  if (view.kind === 'direct' || message.content.type === 'system') return preview;
  const name = message.senderId === account?.id ? t('sidebar.you') : sender?.displayName;
  return name === undefined ? (
    preview
  ) : (
    <>
      {name}: {preview}
    </>
  );
}

function RowBadge({ view }: { readonly view: ConversationView }) {
  const { t } = useTranslation();
  if (view.unreadCount === 0) return null;
  const hasMention = view.mentionCount > 0;
  return (
    <span className="badge" data-mention={hasMention} data-muted={view.notify === 'none'}>
      <span aria-hidden="true">
        {hasMention ? '@' : ''}
        {view.unreadCount > 99 ? '99+' : view.unreadCount}
      </span>
      <span className="visually-hidden">{t('sidebar.unread', { count: view.unreadCount })}</span>
    </span>
  );
}
