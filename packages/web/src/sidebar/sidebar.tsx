import type { ConversationView } from '@parley/sdk';
import { useAccount, useConversations } from '@parley/sdk/react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useId, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { Icon } from '../icons/icon.tsx';
import { useRoute } from '../route.ts';
import { useOverlay } from '../shell/overlay.ts';
import { ConversationRow } from './conversation-row.tsx';
import { SidebarSkeleton } from './sidebar-skeleton.tsx';
import './sidebar.css';

/** The list of one’s conversations, the latest activity first, with a filter over their names. */
export function Sidebar({ children }: { readonly children?: ReactNode }) {
  const { t } = useTranslation();
  const { status, items } = useConversations();
  const [filter, setFilter] = useState('');
  const shown = useFiltered(items, useDeferredValue(filter));
  const id = useId();
  return (
    <nav className="sidebar" aria-label={t('sidebar.label')}>
      <SidebarHeader />
      <div className="sidebar-filter">
        <label htmlFor={id} className="visually-hidden">
          {t('sidebar.filter')}
        </label>
        <Icon name="search" size={16} />
        <input
          id={id}
          type="search"
          className="input"
          value={filter}
          placeholder={t('sidebar.filter')}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
        />
      </div>
      {status === 'loading' ? <SidebarSkeleton /> : <ConversationList items={shown} isFiltered={filter !== ''} />}
      {children}
    </nav>
  );
}

function SidebarHeader() {
  const { t } = useTranslation();
  const { account } = useAccount();
  const overlay = useOverlay();
  return (
    <header className="sidebar-header">
      <button type="button" className="sidebar-me" onClick={() => overlay.open({ type: 'settings' })}>
        {account !== undefined && <Avatar id={account.id} name={account.displayName} size={32} />}
        <span className="sidebar-name" dir="auto">
          {account?.displayName}
        </span>
        <span className="visually-hidden">, {t('sidebar.settings')}</span>
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={t('sidebar.search')}
        onClick={() => overlay.open({ type: 'search' })}
      >
        <Icon name="search" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={t('sidebar.browse')}
        onClick={() => overlay.open({ type: 'browse' })}
      >
        <Icon name="compose" />
      </button>
    </header>
  );
}

const rowHeight = 68;

function ConversationList({
  items,
  isFiltered,
}: {
  readonly items: readonly ConversationView[];
  readonly isFiltered: boolean;
}) {
  const { t } = useTranslation();
  const route = useRoute();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: (index) => items[index]?.id ?? index,
  });
  if (items.length === 0) return <SidebarEmpty isFiltered={isFiltered} />;
  return (
    <div ref={scroller} className="sidebar-list" tabIndex={-1}>
      <ul style={{ height: rows.getTotalSize() }} aria-label={t('sidebar.label')}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const view = items[index];
          return view === undefined ? null : (
            <li
              key={key}
              style={{ transform: `translateY(${start}px)`, height: rowHeight }}
              aria-setsize={items.length}
              aria-posinset={index + 1}
            >
              <ConversationRow view={view} isCurrent={route.page === 'conversation' && route.id === view.id} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function useFiltered(items: readonly ConversationView[], filter: string): readonly ConversationView[] {
  return useMemo(() => {
    const wanted = filter.trim().toLocaleLowerCase();
    return wanted === '' ? items : items.filter((view) => view.name.toLocaleLowerCase().includes(wanted));
  }, [items, filter]);
}

function SidebarEmpty({ isFiltered }: { readonly isFiltered: boolean }) {
  const { t } = useTranslation();
  const overlay = useOverlay();
  if (isFiltered) return <p className="sidebar-empty">{t('sidebar.noMatch')}</p>;
  return (
    <div className="sidebar-empty">
      <strong>{t('sidebar.empty')}</strong>
      <p>{t('sidebar.emptyHint')}</p>
      <button type="button" className="button button-quiet" onClick={() => overlay.open({ type: 'browse' })}>
        {t('sidebar.start')}
      </button>
    </div>
  );
}
