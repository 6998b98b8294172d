import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import type { Mentions } from './use-mentions.ts';

export function MentionList({ id, mentions }: { readonly id: string; readonly mentions: Mentions }) {
  const { t } = useTranslation();
  return (
    <ul id={id} className="mention-list" role="listbox" aria-label={t('composer.mentions')}>
      {mentions.users.map((user, index) => (
        <li
          key={user.id}
          role="option"
          aria-selected={index === mentions.active}
          onPointerDown={(event) => {
            event.preventDefault();
            mentions.pick(user);
          }}
        >
          <Avatar id={user.id} name={user.displayName} size={28} />
          <span dir="auto">{user.displayName}</span>
          <span className="muted">@{user.name}</span>
        </li>
      ))}
    </ul>
  );
}
