import type { User } from '@parley/sdk';
import { usePresence } from '@parley/sdk/react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';

interface PersonRowProps {
  readonly user: User;
  readonly isDisabled: boolean;
  readonly onPick: () => void;
}

/** Somebody one can pick. */
export function PersonRow({ user, isDisabled, onPick }: PersonRowProps) {
  const { t } = useTranslation();
  const presence = usePresence(user.id);
  return (
    <button type="button" className="person-row" disabled={isDisabled} onClick={onPick}>
      <Avatar id={user.id} name={user.displayName} size={40} isOnline={presence?.isOnline === true} />
      <span className="person-name">
        <span dir="auto">{user.displayName}</span>
        <span className="hint">@{user.name}</span>
      </span>
      {user.kind !== 'person' && <span className="tag">{t(`profile.${user.kind}`)}</span>}
    </button>
  );
}
