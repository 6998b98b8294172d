import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { go } from '../route.ts';

const titles = {
  'not-found': 'conversation.notFoundTitle',
  removed: 'errors.not-member',
  banned: 'conversation.banned',
} as const;

/** In a conversation’s place when there is none to show. */
export function NotFound({ reason }: { readonly reason: keyof typeof titles }) {
  const { t } = useTranslation();
  return (
    <main className="pane pane-empty">
      <Icon name="search" size={40} />
      <h1>{t(titles[reason])}</h1>
      {reason === 'not-found' && <p className="muted">{t('conversation.notFound')}</p>}
      <button type="button" className="button button-quiet" onClick={() => go({ page: 'home' }, { isReplacing: true })}>
        {t('conversation.home')}
      </button>
    </main>
  );
}
