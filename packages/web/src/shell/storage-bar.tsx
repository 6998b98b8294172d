import { useTranslation } from 'react-i18next';
import { useStorageTrouble } from './storage-trouble.ts';

/** A thin bar once the browser refused to keep something: what is safe, and what to do. */
export function StorageBar() {
  const { t } = useTranslation();
  const { isRefused, dismiss } = useStorageTrouble();
  return (
    <div className="storage-bar" role="status" data-shown={isRefused}>
      {isRefused && (
        <>
          <span>{t('storage.notKept')}</span>
          <button type="button" onClick={dismiss}>
            {t('app.close')}
          </button>
        </>
      )}
    </div>
  );
}
