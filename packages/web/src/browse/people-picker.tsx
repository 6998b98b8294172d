import type { User } from '@parley/sdk';
import { useAccount } from '@parley/sdk/react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { MoreButton } from '../load/more-button.tsx';
import { PersonRow } from './person-row.tsx';
import { SearchField } from './search-field.tsx';
import { usePeople } from './use-people.ts';

interface PickerProps {
  readonly label: string;
  readonly picked: readonly User[];
  readonly onChange: (picked: readonly User[]) => void;
  /** Those who are there already. */
  readonly without?: ReadonlySet<number>;
}

/** Several people of the directory: the picked ones stand above as tags. */
export function PeoplePicker({ label, picked, onChange, without }: PickerProps) {
  const { t } = useTranslation();
  const { account } = useAccount();
  const [query, setQuery] = useState('');
  const people = usePeople(query);
  const isTaken = (user: User): boolean =>
    user.id === account?.id || without?.has(user.id) === true || picked.some((other) => other.id === user.id);
  const rest = people.items.filter((user) => !isTaken(user));
  const add = (user: User): void => {
    onChange([...picked, user]);
    setQuery('');
  };
  return (
    <fieldset className="picker">
      <legend>{label}</legend>
      {picked.length > 0 && (
        <ul className="picker-tags">
          {picked.map((user) => (
            <li key={user.id} className="picker-tag">
              <span dir="auto">{user.displayName}</span>
              <button
                type="button"
                aria-label={t('browse.remove', { name: user.displayName })}
                onClick={() => onChange(picked.filter((other) => other.id !== user.id))}
              >
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <SearchField label={t('browse.searchPeople')} value={query} onChange={setQuery} />
      <ul className="plain-list picker-list">
        {rest.map((user) => (
          <li key={user.id}>
            <PersonRow user={user} isDisabled={false} onPick={() => add(user)} />
          </li>
        ))}
        {people.status === 'ready' && rest.length === 0 && <li className="hint picker-none">{t('browse.noPeople')}</li>}
        <li>
          <MoreButton pages={people} />
        </li>
      </ul>
    </fieldset>
  );
}
