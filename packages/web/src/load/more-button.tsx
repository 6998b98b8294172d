import { useTranslation } from 'react-i18next';
import type { Pages } from './use-pages.ts';
import { Problem } from './problem.tsx';

/** Below a list that comes in pages: the next one, or why it did not come. */
export function MoreButton({ pages }: { readonly pages: Pages<unknown> }) {
  const { t } = useTranslation();
  if (pages.status === 'failed')
    return (
      <div className="list-more">
        <Problem error={pages.error} />
        <button type="button" className="button button-quiet" onClick={pages.reload}>
          {t('app.retry')}
        </button>
      </div>
    );
  if (!pages.hasMore) return null;
  return (
    <button type="button" className="button button-quiet button-wide list-more" onClick={pages.more}>
      {t('app.showMore')}
    </button>
  );
}
