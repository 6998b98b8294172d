import { CSPProvider } from '@base-ui/react/csp-provider';
import { lazy, Suspense, type CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { ConversationPane } from '../conversation/conversation-pane.tsx';
import { OverlayHost } from '../panel/overlay-host.tsx';
import { useRoute, type Route } from '../route.ts';
import { Sidebar } from '../sidebar/sidebar.tsx';
import { ConnectionBar } from './connection-bar.tsx';
import { QuestionHost } from './question-host.tsx';
import { ToastList } from './toast-list.tsx';
import { StorageBar } from './storage-bar.tsx';
import { useGlobalKeys } from './use-global-keys.ts';
import { useListWidth } from './use-list-width.ts';
import { useRemovals } from './use-removals.ts';
import { useStartPlace } from './use-start-place.ts';
import { useTitleCount } from './use-title-count.ts';
import { Welcome } from './welcome.tsx';
import './shell.css';

const InvitePage = lazy(() => import('../invite/invite-page.tsx'));

/** The signed-in page: conversations, messages, and details on demand. One pane at a time on phones. */
export function Shell() {
  const { t } = useTranslation();
  const route = useRoute();
  const width = useListWidth();
  useTitleCount();
  useGlobalKeys();
  useRemovals();
  useStartPlace();
  return (
    <CSPProvider disableStyleElements>
      <div className="shell" data-page={route.page} style={{ '--list-width': `${width.px}px` } as CSSProperties}>
        <ConnectionBar />
        <StorageBar />
        <Sidebar>
          <div
            className="shell-grip"
            role="separator"
            aria-orientation="vertical"
            aria-label={t('sidebar.resize')}
            aria-valuenow={width.px}
            aria-valuemin={width.min}
            aria-valuemax={width.max}
            tabIndex={0}
            onPointerDown={width.onPointerDown}
            onKeyDown={width.onKeyDown}
          />
        </Sidebar>
        <Suspense fallback={null}>
          <Page route={route} />
        </Suspense>
        <OverlayHost />
        <QuestionHost />
        <ToastList />
      </div>
    </CSPProvider>
  );
}

function Page({ route }: { readonly route: Route }) {
  switch (route.page) {
    case 'home':
      return <Welcome />;
    case 'invite':
      return <InvitePage key={route.code} code={route.code} />;
    case 'conversation':
      return <ConversationPane key={route.id} place={route} />;
  }
}
