import { useClient } from '@parley/sdk/react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clearDrafts } from '../composer/drafts.ts';
import { useLayer } from '../panel/layer.ts';
import { toasts } from '../shell/toasts.ts';

const Question = lazy(() => import('../panel/question.tsx'));

/** Guests are asked first: they cannot come back. */
export function SignOutSection({ isGuest }: { readonly isGuest: boolean }) {
  const { t } = useTranslation();
  const client = useClient();
  const { onClose } = useLayer();
  const [isAsking, setAsking] = useState(false);
  const signOut = async (): Promise<void> => {
    onClose();
    clearDrafts();
    await client.account.signOut();
  };
  return (
    <div className="settings-row settings-end">
      <button
        type="button"
        className="button button-danger"
        onClick={() => (isGuest ? setAsking(true) : void signOut().catch(toasts.error))}
      >
        {t('settings.signOut')}
      </button>
      {isAsking && (
        <Suspense fallback={null}>
          <Question
            title={t('settings.signOutQuestion')}
            hint={t('settings.signOutGuest')}
            action={t('settings.signOut')}
            run={signOut}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </div>
  );
}
