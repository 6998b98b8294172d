import type { User } from '@parley/sdk';
import { useAccount, useClient, usePresence, useUser } from '@parley/sdk/react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { PresenceText } from '../presence/presence-text.tsx';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { usePages } from '../load/use-pages.ts';
import { Panel } from '../panel/panel.tsx';
import { go } from '../route.ts';
import { overlays, type Overlay } from '../shell/overlay.ts';
import './profile.css';

/** Somebody’s card: who they are, whether they are here, and what one can do. */
export default function Profile({ overlay }: { readonly overlay: Extract<Overlay, { type: 'profile' }> }) {
  const { t } = useTranslation();
  const user = useUser(overlay.userId);
  return (
    <Panel title={t('profile.title')} size="narrow">
      <div className="dialog-body profile">{user !== undefined && <Card user={user} />}</div>
    </Panel>
  );
}

function Card({ user }: { readonly user: User }) {
  const { t } = useTranslation();
  const { account } = useAccount();
  const presence = usePresence(user.id);
  const isMe = user.id === account?.id;
  return (
    <>
      <Avatar id={user.id} name={user.displayName} size={88} isOnline={presence?.isOnline === true} />
      <h3 dir="auto">{user.displayName}</h3>
      <p className="muted profile-name">
        @{user.name}
        {user.kind !== 'person' && <span className="tag">{t(`profile.${user.kind}`)}</span>}
      </p>
      <p className="muted">{isMe ? t('profile.you') : <PresenceText userId={user.id} />}</p>
      {user.bio !== '' && (
        <p className="profile-bio" dir="auto">
          {user.bio}
        </p>
      )}
      {isMe ? (
        <button type="button" className="button button-quiet" onClick={() => overlays.open({ type: 'settings' })}>
          {t('profile.edit')}
        </button>
      ) : (
        <Actions userId={user.id} />
      )}
    </>
  );
}

function Actions({ userId }: { readonly userId: number }) {
  const { t } = useTranslation();
  const client = useClient();
  const acting = useAction();
  const blocked = usePages<User>(
    useCallback(async (_cursor, signal) => ({ items: await client.account.blocked({ signal }) }), [client]),
  );
  const isBlocked = blocked.items.some((other) => other.id === userId);
  const message = (): void =>
    acting.run(async () => go({ page: 'conversation', id: (await client.conversations.openDirect(userId)).id }));
  const toggle = (): void =>
    acting.run(() => (isBlocked ? client.account.unblock(userId) : client.account.block(userId)).then(blocked.reload));
  return (
    <>
      <div className="profile-actions">
        <button
          type="button"
          className="button button-primary"
          disabled={acting.isRunning || isBlocked}
          onClick={message}
        >
          {t('profile.message')}
        </button>
        <button
          type="button"
          className={isBlocked ? 'button button-quiet' : 'button button-danger'}
          disabled={acting.isRunning || blocked.status === 'loading'}
          onClick={toggle}
        >
          {t(isBlocked ? 'profile.unblock' : 'profile.block')}
        </button>
      </div>
      {isBlocked && <p className="hint">{t('profile.blockHint')}</p>}
      <Problem error={acting.error} />
    </>
  );
}
