import type { User } from '@parley/sdk';
import { useClient } from '@parley/sdk/react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { Problem } from '../load/problem.tsx';
import { usePages } from '../load/use-pages.ts';
import { Panel } from '../panel/panel.tsx';
import type { Overlay } from '../shell/overlay.ts';
import './message-info.css';

interface Receipts {
  readonly readBy: readonly User[];
  readonly deliveredTo: readonly User[];
}

/** Who has read a message, and who has only received it. */
export default function ReceiptsPanel({ overlay }: { readonly overlay: Extract<Overlay, { type: 'receipts' }> }) {
  const { t } = useTranslation();
  const { conversationId, seq } = overlay;
  const client = useClient();
  const answer = usePages<Receipts>(
    useCallback(
      async (_cursor, signal) => ({ items: [await client.conversation(conversationId).receipts(seq, { signal })] }),
      [client, conversationId, seq],
    ),
  );
  const { readBy, deliveredTo } = answer.items[0] ?? { readBy: [], deliveredTo: [] };
  const readers = new Set(readBy.map((user) => user.id));
  const others = deliveredTo.filter((user) => !readers.has(user.id));
  return (
    <Panel title={t('receipts.title')} size="narrow">
      <div className="dialog-body receipts">
        {answer.status === 'ready' && readBy.length + others.length === 0 && (
          <p className="empty-note">{t('receipts.none')}</p>
        )}
        <People title={t('receipts.readBy', { count: readBy.length })} users={readBy} />
        <People title={t('receipts.deliveredTo', { count: others.length })} users={others} />
        <Problem error={answer.error} />
      </div>
    </Panel>
  );
}

function People({ title, users }: { readonly title: string; readonly users: readonly User[] }) {
  if (users.length === 0) return null;
  return (
    <section>
      <h3 className="hint">{title}</h3>
      <ul className="plain-list">
        {users.map((user) => (
          <li key={user.id} className="person-row">
            <Avatar id={user.id} name={user.displayName} size={36} />
            <span className="person-name" dir="auto">
              {user.displayName}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
