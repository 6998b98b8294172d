import { usePresence } from '@parley/sdk/react';
import { useTranslation } from 'react-i18next';
import { ago, useLanguage } from '../format/time.ts';

/** “Online”, “Last seen 3 minutes ago”, or “Offline” when nobody may know. */
export function PresenceText({ userId }: { readonly userId: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const presence = usePresence(userId);
  if (presence?.isOnline === true) return <span className="is-online">{t('presence.online')}</span>;
  return presence?.lastSeenAt === undefined
    ? t('presence.offline')
    : t('presence.lastSeen', { when: ago(presence.lastSeenAt, Date.now(), language) });
}
