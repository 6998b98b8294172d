import { Menu } from '@base-ui/react/menu';
import type { ConversationHandle, Member } from '@parley/sdk';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { toasts } from '../shell/toasts.ts';

const Question = lazy(() => import('../panel/question.tsx'));

/** How long a mute lasts. */
const muteHours = 24;
const hourMs = 3_600_000;

interface MemberMenuProps {
  readonly conversation: ConversationHandle;
  readonly member: Member;
  readonly isOwner: boolean;
  readonly onChanged: () => void;
}

/** An act on a member; `asks`: the texts of the question before it. */
interface Act {
  readonly label: string;
  readonly run: () => Promise<void>;
  readonly asks?: { readonly title: string; readonly hint: string };
}

/** Role, mute, removal and ban of one member. */
export function MemberMenu({ conversation, member, isOwner, onChanged }: MemberMenuProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<Act>();
  const [place, setPlace] = useState<HTMLSpanElement | null>(null);
  const acts = useActs({ conversation, member, isOwner });
  const start = (act: Act): void => {
    if (act.asks === undefined) act.run().then(onChanged, toasts.error);
    else setAsking(act);
  };
  return (
    <span ref={setPlace}>
      <Menu.Root>
        <Menu.Trigger className="icon-button" aria-label={t('details.actionsFor', { name: member.user.displayName })}>
          <Icon name="more" size={18} />
        </Menu.Trigger>
        <Menu.Portal container={place}>
          <Menu.Positioner className="positioner" side="bottom" align="end" sideOffset={4}>
            <Menu.Popup className="floating menu">
              {acts.map((act) => (
                <Menu.Item
                  key={act.label}
                  className="menu-item"
                  data-danger={act.asks !== undefined}
                  onClick={() => start(act)}
                >
                  {act.label}
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {asking?.asks !== undefined && (
        <Suspense fallback={null}>
          <Question
            {...asking.asks}
            action={asking.label}
            run={() => asking.run().then(onChanged)}
            onClose={() => setAsking(undefined)}
          />
        </Suspense>
      )}
    </span>
  );
}

function useActs({ conversation, member, isOwner }: Omit<MemberMenuProps, 'onChanged'>): readonly Act[] {
  const { t } = useTranslation();
  const { id, displayName: name } = member.user;
  const isMuted = member.mutedUntil !== undefined && member.mutedUntil > Date.now();
  const isAdmin = member.role === 'admin';
  const roles: readonly Act[] = [
    {
      label: t(isAdmin ? 'details.makeMember' : 'details.makeAdmin'),
      run: () => conversation.setRole(id, isAdmin ? 'member' : 'admin'),
    },
    {
      label: t('details.makeOwner'),
      run: () => conversation.setRole(id, 'owner'),
      asks: { title: t('details.ownerQuestion', { name }), hint: t('details.ownerHint') },
    },
  ];
  return [
    ...(isOwner ? roles : []),
    {
      label: isMuted ? t('details.unmute') : t('details.mute', { hours: muteHours }),
      run: () => conversation.mute(id, isMuted ? 0 : Date.now() + muteHours * hourMs),
    },
    {
      label: t('details.kick'),
      run: () => conversation.kick(id),
      asks: { title: t('details.kickQuestion', { name }), hint: t('details.kickHint') },
    },
    {
      label: t('details.ban'),
      run: () => conversation.ban(id),
      asks: { title: t('details.banQuestion', { name }), hint: t('details.banHint') },
    },
  ];
}
