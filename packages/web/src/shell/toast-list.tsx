import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/error-text.ts';
import { useToasts } from './toasts.ts';

export function ToastList() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const toasts = useToasts();
  return (
    <div className="toasts" role="status" aria-label={t('app.notes')}>
      {toasts.map((toast) => (
        <p key={toast.key} className="toast" dir="auto">
          {toast.text ?? errorText(toast.error)}
        </p>
      ))}
    </div>
  );
}
