import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { MoreButton } from '../load/more-button.tsx';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { usePages } from '../load/use-pages.ts';
import { useReloadOn } from '../load/use-reload-on.ts';
import type { DetailsProps } from './details-props.ts';

/** Who is kept out, for those who may let them back in. Nothing while nobody is. */
export function BannedList({ conversation, view }: DetailsProps) {
  const { t } = useTranslation();
  const lifting = useAction();
  const bans = usePages(
    useCallback(
      (cursor: string | undefined, signal: AbortSignal) =>
        conversation.bans(cursor === undefined ? {} : { cursor }, { signal }),
      [conversation],
    ),
  );
  useReloadOn(view.memberCount, bans.reload);
  if (bans.items.length === 0) return null;
  return (
    <>
      <h3>{t('details.banned')}</h3>
      <ul className="plain-list">
        {bans.items.map((ban) => (
          <li key={ban.userId} className="person-row">
            <Avatar id={ban.userId} name={ban.displayName} size={36} />
            <span className="person-name" dir="auto">
              {ban.displayName}
            </span>
            <button
              type="button"
              className="button button-quiet"
              disabled={lifting.isRunning}
              onClick={() => lifting.run(() => conversation.unban(ban.userId).then(bans.reload))}
            >
              {t('details.unban')}
            </button>
          </li>
        ))}
        <li>
          <MoreButton pages={bans} />
        </li>
      </ul>
      <Problem error={lifting.error} />
    </>
  );
}
