import { useClient, useConversation, useConversationView } from '@parley/sdk/react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Composer } from '../composer/composer.tsx';
import { ComposerModeProvider } from '../composer/composer-mode.tsx';
import { useErrorText } from '../i18n/error-text.ts';
import type { Route } from '../route.ts';
import { ConversationHeader } from './conversation-header.tsx';
import { MessageList } from './message-list.tsx';
import { TypingLine } from './typing-line.tsx';
import { useMayWrite } from './use-may-write.ts';
import './conversation.css';

const Details = lazy(() => import('../details/details.tsx'));

/** Which conversation, and the message to jump to. A new object is a new jump. */
export type Place = Extract<Route, { page: 'conversation' }>;

/** One conversation: header, messages, composer, and its details beside it. */
export function ConversationPane({ place }: { readonly place: Place }) {
  const { id } = place;
  const { t } = useTranslation();
  const conversation = useConversation(id);
  const view = useConversationView(id);
  const [hasDetails, setDetails] = useState(false);
  return (
    <ComposerModeProvider>
      <main className="pane" aria-label={view?.name ?? t('conversation.label')}>
        <ConversationHeader id={id} view={view} hasDetails={hasDetails} onDetails={() => setDetails(!hasDetails)} />
        <MessageList conversation={conversation} view={view} place={place} />
        <TypingLine id={id} />
        <Foot id={id} />
      </main>
      {hasDetails && view !== undefined && (
        <Suspense fallback={null}>
          <Details conversation={conversation} view={view} onClose={() => setDetails(false)} />
        </Suspense>
      )}
    </ComposerModeProvider>
  );
}

/** The composer, or why there is none. */
function Foot({ id }: { readonly id: number }) {
  const { t } = useTranslation();
  const client = useClient();
  const conversation = useConversation(id);
  const view = useConversationView(id);
  const may = useMayWrite(view);
  const [state, setState] = useState<{ readonly isJoining: boolean; readonly error?: unknown }>({ isJoining: false });
  const errorText = useErrorText();
  if (view === undefined) return null;
  if (may === 'yes') return <Composer conversation={conversation} />;
  if (may !== 'join') return <p className="pane-notice" role="status">{t(`conversation.notice.${may}`)}</p>;
  const join = (): void => {
    setState({ isJoining: true });
    client.conversations.join(id).then(() => setState({ isJoining: false }), (error: unknown) => setState({ isJoining: false, error }));
  };
  return (
    <div className="pane-notice">
      <button type="button" className="button button-primary" disabled={state.isJoining} onClick={join}>{t('conversation.join')}</button>
      {state.error !== undefined && <p className="problem" role="alert">{errorText(state.error)}</p>}
    </div>
  );
}
