import { useConversations } from '@parley/sdk/react';
import { useTranslation } from 'react-i18next';
import { overlays } from './overlay.ts';

/** Where a conversation would be: what to do next, and more of it for those who have none yet. */
export function Welcome() {
  const { t } = useTranslation();
  const { status, items } = useConversations();
  const isFirst = status === 'ready' && items.length === 0;
  return (
    <main className="welcome">
      <img src="/icon.svg" alt="" width={48} height={48} />
      {isFirst ? (
        <>
          <h1>{t('welcome.firstTitle')}</h1>
          <p>{t('welcome.first')}</p>
          <button type="button" className="button button-primary" onClick={() => overlays.open({ type: 'browse' })}>
            {t('sidebar.start')}
          </button>
        </>
      ) : (
        <>
          <h1 className="visually-hidden">Parley</h1>
          <p>{t('welcome.pick')}</p>
          <p className="hint">{t('welcome.keys')}</p>
        </>
      )}
    </main>
  );
}
