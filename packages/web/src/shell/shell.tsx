import { useTranslation } from 'react-i18next';
import { ConversationPane } from '../conversation/conversation-pane.tsx';
import { useRoute } from '../route.ts';
import { Sidebar } from '../sidebar/sidebar.tsx';
import { ConnectionBar } from './connection-bar.tsx';
import { useListWidth } from './use-list-width.ts';
import { useTitleCount } from './use-title-count.ts';
import './shell.css';

/** The signed-in page: conversations, messages, and details on demand. One pane at a time on phones. */
export function Shell() {
  const { t } = useTranslation();
  const route = useRoute();
  const width = useListWidth();
  useTitleCount();
  return (
    <div className="shell" data-page={route.page} style={{ '--list-width': `${width.px}px` } as React.CSSProperties}>
      <ConnectionBar />
      <Sidebar />
      <div className="shell-grip" role="separator" aria-orientation="vertical" aria-label={t('sidebar.resize')} aria-valuenow={width.px} aria-valuemin={width.min} aria-valuemax={width.max} tabIndex={0} onPointerDown={width.onPointerDown} onKeyDown={width.onKeyDown} />
      {route.page === 'conversation' ? <ConversationPane key={route.id} place={route} /> : <Welcome />}
    </div>
  );
}

function Welcome() {
  const { t } = useTranslation();
  return (
    <main className="welcome">
      <img src="/icon.svg" alt="" width={48} height={48} />
      <p>{t('welcome.pick')}</p>
      <p className="hint">{t('welcome.keys')}</p>
    </main>
  );
}
