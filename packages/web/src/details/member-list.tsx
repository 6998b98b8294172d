import type { Member } from '@parley/sdk';
import { useAccount, usePresence } from '@parley/sdk/react';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { MoreButton } from '../load/more-button.tsx';
import { usePages, type Pages } from '../load/use-pages.ts';
import { useReloadOn } from '../load/use-reload-on.ts';
import { overlays } from '../shell/overlay.ts';
import { AddPeople } from './add-people.tsx';
import { BannedList } from './banned-list.tsx';
import type { DetailsProps } from './details-props.ts';
import { MemberMenu } from './member-menu.tsx';
import { mayActOn, rightsIn } from './rights.ts';

/** Members in pages, owner and admins first, each with what one may do. */
export function MemberList({ conversation, view }: DetailsProps) {
  const { account } = useAccount();
  const members: Pages<Member> = usePages(
    useCallback(
      (cursor, signal) => conversation.members(cursor === undefined ? {} : { cursor }, { signal }),
      [conversation],
    ),
  );
  useReloadOn(view.memberCount, members.reload);
  const [isAdding, setAdding] = useState(false);
  const rights = rightsIn(view);
  const added = (): void => {
    setAdding(false);
    members.reload();
  };
  return (
    <section className="details-section">
      <Head mayAdd={rights.mayAdd} isAdding={isAdding} onToggle={() => setAdding(!isAdding)} />
      {isAdding && <AddPeople conversation={conversation} members={members.items} onDone={added} />}
      <ul className="plain-list details-members">
        {members.items.map((member) => (
          <li key={member.user.id} className="member-row">
            <MemberButton member={member} />
            {member.user.id !== account?.id && mayActOn(view.role, member.role) && (
              <MemberMenu
                conversation={conversation}
                member={member}
                isOwner={view.role === 'owner'}
                onChanged={members.reload}
              />
            )}
          </li>
        ))}
        <li>
          <MoreButton pages={members} />
        </li>
      </ul>
      {rights.isManager && <BannedList conversation={conversation} view={view} />}
    </section>
  );
}

function MemberButton({ member }: { readonly member: Member }) {
  const { t } = useTranslation();
  const { user, role } = member;
  const presence = usePresence(user.id);
  const isMuted = member.mutedUntil !== undefined && member.mutedUntil > Date.now();
  return (
    <button type="button" className="person-row" onClick={() => overlays.open({ type: 'profile', userId: user.id })}>
      <Avatar id={user.id} name={user.displayName} size={36} isOnline={presence?.isOnline === true} />
      <span className="person-name">
        <span dir="auto">{user.displayName}</span>
        <span className="hint">@{user.name}</span>
      </span>
      {isMuted && <span className="tag">{t('details.muted')}</span>}
      {role !== 'member' && <span className="tag">{t(`details.role.${role}`)}</span>}
    </button>
  );
}

interface HeadProps {
  readonly mayAdd: boolean;
  readonly isAdding: boolean;
  readonly onToggle: () => void;
}

function Head({ mayAdd, isAdding, onToggle }: HeadProps) {
  const { t } = useTranslation();
  return (
    <div className="details-head">
      <h3>{t('details.members')}</h3>
      {mayAdd && (
        <button type="button" className="button button-quiet" aria-expanded={isAdding} onClick={onToggle}>
          {t('details.addPeople')}
        </button>
      )}
    </div>
  );
}
