import type { ConversationView } from '@parley/sdk';
import { useClient } from '@parley/sdk/react';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { MoreButton } from '../load/more-button.tsx';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { usePages } from '../load/use-pages.ts';
import { useSettled } from '../load/use-settled.ts';
import { go } from '../route.ts';
import { SearchField } from './search-field.tsx';

/** Open rooms and channels, the most recently used first. */
export function RoomsTab() {
  const { t } = useTranslation();
  const client = useClient();
  const [query, setQuery] = useState('');
  const wanted = useSettled(query.trim());
  const joining = useAction();
  const rooms = usePages<ConversationView>(
    useCallback(
      (cursor, signal) =>
        client.conversations.browse({ query: wanted, ...(cursor === undefined ? {} : { cursor }) }, { signal }),
      [client, wanted],
    ),
  );
  const enter = (room: ConversationView): void => {
    const isMember = client.conversations.get(room.id)?.isMember ?? room.isMember;
    joining.run(async () => {
      if (!isMember) await client.conversations.join(room.id);
      go({ page: 'conversation', id: room.id });
    });
  };
  return (
    <>
      <SearchField label={t('browse.searchRooms')} value={query} onChange={setQuery} />
      <Problem error={joining.error} />
      <ul className="plain-list browse-list">
        {rooms.items.map((room) => (
          <RoomRow key={room.id} room={room} isBusy={joining.isRunning} onEnter={() => enter(room)} />
        ))}
        {rooms.status === 'ready' && rooms.items.length === 0 && (
          <li className="empty-note">{t(wanted === '' ? 'browse.noRoomsYet' : 'browse.noRooms')}</li>
        )}
        <li>
          <MoreButton pages={rooms} />
        </li>
      </ul>
    </>
  );
}

function RoomRow({
  room,
  isBusy,
  onEnter,
}: {
  readonly room: ConversationView;
  readonly isBusy: boolean;
  readonly onEnter: () => void;
}) {
  const { t } = useTranslation();
  const members = t('conversation.members', { count: room.memberCount });
  return (
    <li className="person-row">
      <Avatar id={room.id} name={room.name} size={40} kind={room.kind === 'channel' ? 'channel' : 'room'} />
      <span className="person-name">
        <span dir="auto">{room.name}</span>
        <span className="hint" dir="auto">
          {room.topic === '' ? members : `${members} · ${room.topic}`}
        </span>
      </span>
      <button
        type="button"
        className={room.isMember ? 'button button-quiet' : 'button button-primary'}
        disabled={isBusy}
        aria-label={t(room.isMember ? 'browse.openOf' : 'browse.joinOf', { name: room.name })}
        onClick={onEnter}
      >
        {t(room.isMember ? 'browse.open' : 'browse.join')}
      </button>
    </li>
  );
}
