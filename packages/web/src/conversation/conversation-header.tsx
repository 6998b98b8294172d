import type { ConversationView } from '@parley/sdk';
import { usePresence } from '@parley/sdk/react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { ago, useLanguage } from '../format/time.ts';
import { Icon } from '../icons/icon.tsx';
import { goBack } from '../route.ts';
import { useOverlay } from '../shell/overlay.ts';

interface HeaderProps {
  readonly id: number;
  readonly view: ConversationView | undefined;
  readonly hasDetails: boolean;
  readonly onDetails: () => void;
}

export function ConversationHeader({ id, view, hasDetails, onDetails }: HeaderProps) {
  const { t } = useTranslation();
  const overlay = useOverlay();
  return (
    <header className="pane-header">
      <button type="button" className="icon-button pane-back" aria-label={t('app.back')} onClick={goBack}><Icon name="back" /></button>
      <button type="button" className="pane-title" onClick={onDetails} aria-expanded={hasDetails} aria-label={t('conversation.detailsOf', { name: view?.name ?? '' })}>
        {view !== undefined && <HeaderAvatar view={view} />}
        <span className="pane-names">
          <h1 dir="auto">{view?.name ?? ''}</h1>
          <span className="pane-subtitle">{view !== undefined && <Subtitle view={view} />}</span>
        </span>
      </button>
      <button type="button" className="icon-button" aria-label={t('conversation.search')} onClick={() => overlay.open({ type: 'search', conversationId: id })}><Icon name="search" /></button>
      <button type="button" className="icon-button" aria-label={t('conversation.details')} aria-expanded={hasDetails} onClick={onDetails}><Icon name="info" /></button>
    </header>
  );
}

function HeaderAvatar({ view }: { readonly view: ConversationView }) {
  const kind = view.kind === 'room' || view.kind === 'channel' ? view.kind : 'person';
  return <Avatar id={view.peer?.id ?? view.id} name={view.name} size={36} kind={kind} />;
}

function Subtitle({ view }: { readonly view: ConversationView }) {
  const { t } = useTranslation();
  if (view.kind === 'direct') return view.peer === undefined ? null : <PeerState userId={view.peer.id} />;
  const members = t('conversation.members', { count: view.memberCount });
  return view.topic === '' ? members : `${members} · ${view.topic}`;
}

function PeerState({ userId }: { readonly userId: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const presence = usePresence(userId);
  if (presence?.isOnline === true) return <span className="is-online">{t('presence.online')}</span>;
  return presence?.lastSeenAt === undefined ? t('presence.offline') : t('presence.lastSeen', { when: ago(presence.lastSeenAt, Date.now(), language) });
}
