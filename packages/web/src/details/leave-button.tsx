import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { go } from '../route.ts';
import type { DetailsProps } from './details-props.ts';

const Question = lazy(() => import('../panel/question.tsx'));

export function LeaveButton({ conversation, view }: DetailsProps) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const leave = async (): Promise<void> => {
    await conversation.leave();
    go({ page: 'home' }, { isReplacing: true });
  };
  return (
    <section className="details-section">
      <button type="button" className="button button-danger button-wide" onClick={() => setAsking(true)}>
        {t('details.leave')}
      </button>
      {isAsking && (
        <Suspense fallback={null}>
          <Question
            title={t('details.leaveQuestion', { name: view.name })}
            hint={t('details.leaveHint')}
            action={t('details.leave')}
            run={leave}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </section>
  );
}
