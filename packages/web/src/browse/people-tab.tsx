import type { User } from '@parley/sdk';
import { useAccount, useClient } from '@parley/sdk/react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MoreButton } from '../load/more-button.tsx';
import { useAction } from '../load/use-action.ts';
import { Problem } from '../load/problem.tsx';
import { go } from '../route.ts';
import { PersonRow } from './person-row.tsx';
import { SearchField } from './search-field.tsx';
import { usePeople } from './use-people.ts';

/** The directory; picking somebody opens the chat with them. */
export function PeopleTab() {
  const { t } = useTranslation();
  const client = useClient();
  const { account } = useAccount();
  const [query, setQuery] = useState('');
  const people = usePeople(query);
  const opening = useAction();
  const others = people.items.filter((user) => user.id !== account?.id);
  const open = (user: User): void =>
    opening.run(async () => go({ page: 'conversation', id: (await client.conversations.openDirect(user.id)).id }));
  return (
    <>
      <SearchField label={t('browse.searchPeople')} value={query} onChange={setQuery} />
      <Problem error={opening.error} />
      <ul className="plain-list browse-list">
        {others.map((user) => (
          <li key={user.id}>
            <PersonRow user={user} isDisabled={opening.isRunning} onPick={() => open(user)} />
          </li>
        ))}
        {people.status === 'ready' && others.length === 0 && <li className="empty-note">{t('browse.noPeople')}</li>}
        <li>
          <MoreButton pages={people} />
        </li>
      </ul>
    </>
  );
}
