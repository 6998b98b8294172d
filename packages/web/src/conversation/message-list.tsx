import type { ConversationHandle, ConversationView } from '@parley/sdk';
import { useMessages } from '@parley/sdk/react';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/error-text.ts';
import { dayName, useLanguage } from '../format/time.ts';
import { rowsOf, type Row } from '../message/rows.ts';
import type { Place } from './place.ts';
import { JumpPill } from './jump-pill.tsx';
import { ListSkeleton } from './list-skeleton.tsx';
import { ListRow } from './list-row.tsx';
import { walkMessages } from './walk.ts';
import { useListScroll, type ListScroll } from './use-list-scroll.ts';
import './message-list.css';

interface ListProps {
  readonly conversation: ConversationHandle;
  readonly view: ConversationView | undefined;
  readonly place: Place;
}

/** The messages, anchored at the end. Only what is near the screen is in the document. */
export function MessageList({ conversation, view, place }: ListProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const messages = useMessages(conversation.id);
  const rows = useMemo(
    () => rowsOf(messages.items, messages.firstUnreadSeq),
    [messages.items, messages.firstUnreadSeq],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const scroll = useListScroll({ conversation, messages, rows, scroller, place, readSeq: view?.readSeq ?? 0 });
  return (
    <div className="list-frame">
      {scroll.topTime !== undefined && (
        <div className="list-day list-day-floating" aria-hidden="true">
          {dayName(scroll.topTime, Date.now(), language)}
        </div>
      )}
      <div
        ref={scroller}
        onKeyDown={walkMessages}
        className="list"
        tabIndex={0}
        role="log"
        aria-label={t('conversation.messages')}
        aria-live="polite"
        aria-relevant="additions"
      >
        {messages.status === 'failed' && (
          <ListProblem error={messages.error} onRetry={() => void conversation.messages.reload()} />
        )}
        {(messages.status === 'loading' || messages.status === 'idle') && rows.length === 0 && <ListSkeleton />}
        {messages.status === 'ready' && rows.length === 0 && <p className="list-empty">{t('conversation.empty')}</p>}
        <Rows rows={rows} scroll={scroll} conversation={conversation} view={view} />
      </div>
      {!scroll.isAtEnd && <JumpPill unread={view?.unreadCount ?? 0} onJump={scroll.toEnd} />}
    </div>
  );
}

interface RowsProps {
  readonly rows: readonly Row[];
  readonly scroll: ListScroll;
  readonly conversation: ConversationHandle;
  readonly view: ConversationView | undefined;
}

/** As high as all rows; holds those near the screen. */
function Rows({ rows, scroll, conversation, view }: RowsProps) {
  const { virtualizer, flashSeq } = scroll;
  const items = virtualizer.getVirtualItems();
  return (
    <div className="list-rows" style={{ height: virtualizer.getTotalSize() }}>
      <div style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
        {items.map(({ index, key }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <div key={key} data-index={index} ref={virtualizer.measureElement} className="list-row">
              <ListRow
                row={row}
                conversation={conversation}
                view={view}
                isFlashing={row.type === 'message' && row.item.seq === flashSeq}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function ListProblem({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <div className="list-empty" role="alert">
      <p>{errorText(error)}</p>
      <button type="button" className="button button-quiet" onClick={onRetry}>
        {t('app.retry')}
      </button>
    </div>
  );
}
