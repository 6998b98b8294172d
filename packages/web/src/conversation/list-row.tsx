import type { ConversationHandle, ConversationView } from '@parley/sdk';
import { useTranslation } from 'react-i18next';
import { dayName, useLanguage } from '../format/time.ts';
import { MessageRow } from '../message/message-row.tsx';
import type { Row } from '../message/rows.ts';
import { useSystemText } from '../message/system-text.ts';

interface ListRowProps {
  readonly row: Row;
  readonly conversation: ConversationHandle;
  readonly view: ConversationView | undefined;
  readonly isFlashing: boolean;
}

export function ListRow({ row, conversation, view, isFlashing }: ListRowProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  switch (row.type) {
    case 'day':
      return (
        <div className="list-day" role="separator">
          <span>{dayName(row.time, Date.now(), language)}</span>
        </div>
      );
    case 'unread':
      return (
        <div className="list-unread" role="separator">
          <span>{t('conversation.newMessages')}</span>
        </div>
      );
    case 'system':
      return <SystemLine row={row} />;
    case 'message':
      return (
        <MessageRow
          item={row.item}
          isFirst={row.isFirst}
          isLast={row.isLast}
          conversation={conversation}
          view={view}
          isFlashing={isFlashing}
        />
      );
  }
}

function SystemLine({ row }: { readonly row: Extract<Row, { type: 'system' }> }) {
  const { content, senderId } = row.item;
  const text = useSystemText(content.type === 'system' ? content.system : undefined, senderId);
  return (
    <p className="list-system" dir="auto">
      {text}
    </p>
  );
}
