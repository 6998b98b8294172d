import type { Account, User } from '@parley/sdk';
import { useClient } from '@parley/sdk/react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { usePages } from '../load/use-pages.ts';
import { Choice } from './choice.tsx';
import { Section } from './section.tsx';

/** Who may write to one, who sees when one was here, and whom one has blocked. */
export function PrivacySection({ account }: { readonly account: Account }) {
  const { t } = useTranslation();
  const client = useClient();
  const saving = useAction();
  const options = [
    ['everyone', t('settings.everyone')],
    ['nobody', t('settings.nobody')],
  ] as const;
  return (
    <Section title={t('settings.privacy')}>
      <Choice
        label={t('settings.directPolicy')}
        value={account.directPolicy}
        options={options}
        isDisabled={saving.isRunning}
        onChange={(directPolicy) => saving.run(() => client.account.update({ directPolicy }))}
      />
      <Choice
        label={t('settings.lastSeen')}
        value={account.lastSeenVisibility}
        options={options}
        isDisabled={saving.isRunning}
        onChange={(lastSeenVisibility) => saving.run(() => client.account.update({ lastSeenVisibility }))}
      />
      <Problem error={saving.error} />
      <Blocked />
    </Section>
  );
}

function Blocked() {
  const { t } = useTranslation();
  const client = useClient();
  const unblocking = useAction();
  const blocked = usePages<User>(
    useCallback(async (_cursor, signal) => ({ items: await client.account.blocked({ signal }) }), [client]),
  );
  const unblock = (userId: number): void => unblocking.run(() => client.account.unblock(userId).then(blocked.reload));
  return (
    <>
      <h4>{t('settings.blockedPeople')}</h4>
      {blocked.status === 'ready' && blocked.items.length === 0 && <p className="hint">{t('settings.noBlocked')}</p>}
      <ul className="plain-list">
        {blocked.items.map((user) => (
          <li key={user.id} className="person-row">
            <Avatar id={user.id} name={user.displayName} size={32} />
            <span className="person-name" dir="auto">
              {user.displayName}
            </span>
            <button
              type="button"
              className="button button-quiet"
              disabled={unblocking.isRunning}
              onClick={() => unblock(user.id)}
            >
              {t('profile.unblock')}
            </button>
          </li>
        ))}
      </ul>
      <Problem error={blocked.error ?? unblocking.error} />
    </>
  );
}
