import { useTranslation } from 'react-i18next';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { Choice } from '../settings/choice.tsx';
import type { DetailsProps } from './details-props.ts';

export function NotifyChoice({ conversation, view }: DetailsProps) {
  const { t } = useTranslation();
  const saving = useAction();
  return (
    <section className="details-section">
      <Choice
        label={t('details.notify')}
        value={view.notify}
        isDisabled={saving.isRunning}
        options={[
          ['all', t('details.notifyAll')],
          ['mentions', t('details.notifyMentions')],
          ['none', t('details.notifyNone')],
        ]}
        onChange={(notify) => saving.run(() => conversation.setNotify(notify))}
      />
      <Problem error={saving.error} />
    </section>
  );
}
