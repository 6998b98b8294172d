import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';

/** The way to the end, with how much is unread there. */
export function JumpPill({ unread, onJump }: { readonly unread: number; readonly onJump: () => void }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      className="jump-pill"
      onClick={onJump}
      aria-label={unread > 0 ? t('conversation.toUnread', { count: unread }) : t('conversation.toEnd')}
    >
      {unread > 0 && (
        <span className="badge" data-muted="false" data-mention="true" aria-hidden="true">
          {unread > 99 ? '99+' : unread}
        </span>
      )}
      <Icon name="down" />
    </button>
  );
}
