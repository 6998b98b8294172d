import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useTranslation } from 'react-i18next';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';

export interface QuestionProps {
  readonly title: string;
  readonly hint: string;
  readonly action: string;
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before what cannot be undone. Stays with the reason when it could not be done. */
export default function Question({ title, hint, action, run, onClose }: QuestionProps) {
  const { t } = useTranslation();
  const doing = useAction();
  const confirm = (): void => doing.run(() => run().then(onClose));
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="scrim scrim-question" forceRender />
        <AlertDialog.Popup className="dialog question">
          <AlertDialog.Title render={<h2 dir="auto" />}>{title}</AlertDialog.Title>
          <AlertDialog.Description className="muted">{hint}</AlertDialog.Description>
          <Problem error={doing.error} />
          <div className="question-buttons">
            <AlertDialog.Close className="button button-quiet">{t('app.cancel')}</AlertDialog.Close>
            <button type="button" className="button button-danger" disabled={doing.isRunning} onClick={confirm}>
              {action}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
