import type { ConversationView } from '@parley/sdk';
import { useClient, useConversation, useConversationView, useMessages } from '@parley/sdk/react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Composer } from '../composer/composer.tsx';
import { ComposerModeProvider } from '../composer/composer-mode.tsx';
import { fullTime, useLanguage } from '../format/time.ts';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { useOverlay } from '../shell/overlay.ts';
import { ConversationHeader } from './conversation-header.tsx';
import { MessageList } from './message-list.tsx';
import { NotFound } from './not-found.tsx';
import type { Place } from './place.ts';
import { TypingLine } from './typing-line.tsx';
import { useMayWrite } from './use-may-write.ts';
import './conversation.css';

const Details = lazy(() => import('../details/details.tsx'));

/** One conversation: header, messages, composer, and its details beside it. */
export function ConversationPane({ place }: { readonly place: Place }) {
  const { id } = place;
  const { t } = useTranslation();
  const conversation = useConversation(id);
  const view = useConversationView(id);
  const { hasDetails, toggleDetails } = useOverlay();
  const gone = useGone(id, view);
  if (gone !== undefined) return <NotFound reason={gone} />;
  return (
    <ComposerModeProvider>
      <main className="pane" aria-label={view?.name ?? t('conversation.label')}>
        <ConversationHeader id={id} view={view} hasDetails={hasDetails} onDetails={toggleDetails} />
        <MessageList conversation={conversation} view={view} place={place} />
        <TypingLine id={id} />
        <Foot id={id} />
      </main>
      {hasDetails && view !== undefined && (
        <Suspense fallback={null}>
          <Details conversation={conversation} view={view} onClose={toggleDetails} />
        </Suspense>
      )}
    </ComposerModeProvider>
  );
}

/** Why there is nothing to show: it does not exist, one may not see it, or one was removed or banned. */
function useGone(id: number, view: ConversationView | undefined): 'not-found' | 'removed' | 'banned' | undefined {
  const { status, error, items } = useMessages(id);
  if (status !== 'failed' || error === undefined || items.length > 0) return undefined;
  if (error.code === 'banned') return 'banned';
  if (error.code === 'not-member') return 'removed';
  return error.code === 'not-found' || (error.code === 'invalid-params' && view === undefined)
    ? 'not-found'
    : undefined;
}

/** The composer, or why there is none. */
function Foot({ id }: { readonly id: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const conversation = useConversation(id);
  const view = useConversationView(id);
  const may = useMayWrite(view);
  if (view === undefined) return <div className="composer-place" />;
  if (may === 'yes') return <Composer conversation={conversation} />;
  if (may === 'join') return <JoinButton id={id} />;
  if (may === 'muted')
    return (
      <p className="pane-notice" role="status">
        {t('conversation.notice.mutedUntil', { when: fullTime(view.mutedUntil ?? 0, language) })}
      </p>
    );
  return (
    <p className="pane-notice" role="status">
      {t(`conversation.notice.${may}`)}
    </p>
  );
}

function JoinButton({ id }: { readonly id: number }) {
  const { t } = useTranslation();
  const client = useClient();
  const joining = useAction();
  return (
    <div className="pane-notice">
      <button
        type="button"
        className="button button-primary"
        disabled={joining.isRunning}
        onClick={() => joining.run(() => client.conversations.join(id))}
      >
        {t('conversation.join')}
      </button>
      <Problem error={joining.error} />
    </div>
  );
}
