import type { ConversationView } from '@parley/sdk';
import { useConversations } from '@parley/sdk/react';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ConversationAvatar } from '../avatar/conversation-avatar.tsx';
import { SearchField } from '../browse/search-field.tsx';
import { Panel } from '../panel/panel.tsx';
import { go } from '../route.ts';
import { bestOf } from './rank.ts';
import './switcher.css';

const shownMax = 20;

/** A few letters and Enter lead to a conversation. */
export default function Switcher() {
  const { t } = useTranslation();
  const { items } = useConversations();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const shown = useMemo(() => bestOf(items, { query, nameOf: (view) => view.name, max: shownMax }), [items, query]);
  const pick = (view: ConversationView | undefined): void => {
    if (view !== undefined) go({ page: 'conversation', id: view.id });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = stepOf(event);
    if (step === undefined) return;
    event.preventDefault();
    if (step === 0) pick(shown[active]);
    else if (shown.length > 0) setActive((active + step + shown.length) % shown.length);
  };
  return (
    <Panel title={t('switcher.title')} size="narrow" initialFocus={field}>
      <div className="switcher">
        <SearchField
          field={field}
          label={t('switcher.label')}
          value={query}
          controls={id}
          activeId={shown[active] === undefined ? undefined : `${id}-${active}`}
          onKeyDown={onKeyDown}
          onChange={(next) => (setQuery(next), setActive(0))}
        />
        <ul id={id} className="plain-list switcher-list" role="listbox" aria-label={t('sidebar.label')}>
          {shown.map((view, at) => (
            <SwitcherRow
              key={view.id}
              id={`${id}-${at}`}
              view={view}
              isActive={at === active}
              onPick={() => pick(view)}
            />
          ))}
        </ul>
        {shown.length === 0 && (
          <p className="empty-note" role="status">
            {t('switcher.none')}
          </p>
        )}
      </div>
    </Panel>
  );
}

/** Up, down, or 0 for Enter; nothing for other keys and while an input method composes. */
function stepOf(event: KeyboardEvent): number | undefined {
  if (event.nativeEvent.isComposing) return undefined;
  return event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : event.key === 'Enter' ? 0 : undefined;
}

interface SwitcherRowProps {
  readonly id: string;
  readonly view: ConversationView;
  readonly isActive: boolean;
  readonly onPick: () => void;
}

function SwitcherRow({ id, view, isActive, onPick }: SwitcherRowProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isActive) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isActive]);
  return (
    <li
      ref={row}
      id={id}
      className="person-row"
      role="option"
      aria-selected={isActive}
      onPointerDown={(event) => {
        event.preventDefault();
        onPick();
      }}
    >
      <ConversationAvatar view={view} size={36} />
      <span className="person-name">
        <span dir="auto">{view.name}</span>
      </span>
      {view.unreadCount > 0 && (
        <span className="badge" data-muted={view.notify === 'none'} data-mention={view.mentionCount > 0}>
          {view.unreadCount > 99 ? '99+' : view.unreadCount}
        </span>
      )}
    </li>
  );
}
