import type { ConversationView } from '@parley/sdk';
import { useTranslation } from 'react-i18next';
import { ConversationAvatar } from '../avatar/conversation-avatar.tsx';
import { Icon } from '../icons/icon.tsx';
import { PresenceText } from '../presence/presence-text.tsx';
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
      <button type="button" className="icon-button pane-back" aria-label={t('app.back')} onClick={goBack}>
        <Icon name="back" />
      </button>
      <div className="pane-title">
        {view !== undefined && <ConversationAvatar view={view} size={36} />}
        <span className="pane-names">
          <h1 dir="auto">{view?.name ?? ''}</h1>
          <span className="pane-subtitle">{view !== undefined && <Subtitle view={view} />}</span>
        </span>
        <button
          type="button"
          className="pane-title-button"
          tabIndex={-1}
          onClick={onDetails}
          aria-label={t('conversation.detailsOf', { name: view?.name ?? '' })}
        />
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={t('conversation.search')}
        onClick={() => overlay.open({ type: 'search', conversationId: id })}
      >
        <Icon name="search" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={t('conversation.details')}
        aria-expanded={hasDetails}
        onClick={onDetails}
      >
        <Icon name="info" />
      </button>
    </header>
  );
}

function Subtitle({ view }: { readonly view: ConversationView }) {
  const { t } = useTranslation();
  if (view.kind === 'direct') return view.peer === undefined ? null : <PresenceText userId={view.peer.id} />;
  const members = t('conversation.members', { count: view.memberCount });
  return view.topic === '' ? members : `${members} · ${view.topic}`;
}
