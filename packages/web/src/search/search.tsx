import type { Message } from '@parley/sdk';
import { useClient, useConversationView } from '@parley/sdk/react';
import { useCallback, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchField } from '../browse/search-field.tsx';
import { MoreButton } from '../load/more-button.tsx';
import { usePages, type LoadPage, type Pages } from '../load/use-pages.ts';
import { useSettled } from '../load/use-settled.ts';
import { Panel } from '../panel/panel.tsx';
import { go } from '../route.ts';
import { Choice } from '../settings/choice.tsx';
import type { Overlay } from '../shell/overlay.ts';
import { SearchHit } from './search-hit.tsx';
import './search.css';

type Scope = 'here' | 'all';

/** Full-text search; a hit leads to the message where it was said. */
export default function Search({ overlay }: { readonly overlay: Extract<Overlay, { type: 'search' }> }) {
  const { t } = useTranslation();
  const { conversationId } = overlay;
  const [query, setQuery] = useState('');
  const [scope, setScope] = useState<Scope>(conversationId === undefined ? 'all' : 'here');
  const wanted = useSettled(query.trim());
  const hits = useHits(wanted, scope === 'here' ? conversationId : undefined);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const walk = useWalk(list, field);
  return (
    <Panel title={t('search.title')} size="tall" initialFocus={field}>
      <div className="search">
        <SearchField field={field} label={t('search.label')} value={query} onChange={setQuery} onKeyDown={walk} />
        {conversationId !== undefined && (
          <ScopeChoice conversationId={conversationId} scope={scope} onChange={setScope} />
        )}
        <ul ref={list} id={id} className="plain-list search-hits" aria-label={t('search.title')} onKeyDown={walk}>
          <Hits hits={hits} query={wanted} isEverywhere={scope === 'all'} />
        </ul>
        <p className="visually-hidden" role="status">
          {wanted !== '' && hits.status === 'ready' ? t('search.results', { count: hits.items.length }) : ''}
        </p>
      </div>
    </Panel>
  );
}

function Hits({
  hits,
  query,
  isEverywhere,
}: {
  readonly hits: Pages<Message>;
  readonly query: string;
  readonly isEverywhere: boolean;
}) {
  const { t } = useTranslation();
  if (query === '') return <li className="empty-note">{t('search.hint')}</li>;
  if (hits.status === 'ready' && hits.items.length === 0)
    return (
      <li className="empty-note">
        <strong>{t('search.none', { query })}</strong>
        <span className="hint">{t('search.noneHint')}</span>
      </li>
    );
  return (
    <>
      {hits.items.map((message) => (
        <li key={message.id}>
          <SearchHit
            message={message}
            query={query}
            isEverywhere={isEverywhere}
            onPick={() => go({ page: 'conversation', id: message.conversationId, seq: message.seq })}
          />
        </li>
      ))}
      <li>
        <MoreButton pages={hits} />
      </li>
    </>
  );
}

function ScopeChoice({
  conversationId,
  scope,
  onChange,
}: {
  readonly conversationId: number;
  readonly scope: Scope;
  readonly onChange: (scope: Scope) => void;
}) {
  const { t } = useTranslation();
  const view = useConversationView(conversationId);
  return (
    <Choice
      label={view === undefined ? t('search.scope') : t('search.in', { name: view.name })}
      value={scope}
      options={[
        ['here', t('search.scopeHere')],
        ['all', t('search.scopeAll')],
      ]}
      onChange={onChange}
    />
  );
}

function useHits(query: string, conversationId: number | undefined): Pages<Message> {
  const client = useClient();
  const load = useCallback<LoadPage<Message>>(
    async (cursor, signal) => {
      if (query === '') return { items: [] };
      return client.conversations.search(
        {
          query,
          ...(conversationId === undefined ? {} : { conversationId }),
          ...(cursor === undefined ? {} : { cursor }),
        },
        { signal },
      );
    },
    [client, query, conversationId],
  );
  return usePages(load);
}

/** Arrow keys walk from the field through the hits and back. */
function useWalk(
  list: { readonly current: HTMLUListElement | null },
  field: { readonly current: HTMLInputElement | null },
) {
  return (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || event.nativeEvent.isComposing) return;
    event.preventDefault();
    const hits = [...(list.current?.querySelectorAll<HTMLElement>('.search-hit') ?? [])];
    const at = hits.indexOf(document.activeElement as HTMLElement) + step;
    (at < 0 ? field.current : hits[Math.min(at, hits.length - 1)])?.focus();
  };
}
