import type { ConversationHandle, Invite } from '@parley/sdk';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ago, useLanguage } from '../format/time.ts';
import { Icon } from '../icons/icon.tsx';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { usePages } from '../load/use-pages.ts';
import { hashOf } from '../route.ts';
import { toasts } from '../shell/toasts.ts';

const linkOf = (invite: Invite): string =>
  `${location.origin}${location.pathname}${hashOf({ page: 'invite', code: invite.code })}`;

/** Links that let whoever has them join: make, copy, take back. */
export function InviteLinks({ conversation }: { readonly conversation: ConversationHandle }) {
  const { t } = useTranslation();
  const working = useAction();
  const invites = usePages<Invite>(
    useCallback(async (_cursor, signal) => ({ items: await conversation.invites({ signal }) }), [conversation]),
  );
  const copy = (invite: Invite): Promise<void> =>
    navigator.clipboard.writeText(linkOf(invite)).then(() => toasts.text(t('app.copied')));
  const create = (): void =>
    working.run(async () => {
      const invite = await conversation.createInvite({});
      invites.reload();
      await copy(invite).catch(() => undefined); // Without permission to copy, the link stands in the list.
    });
  return (
    <section className="details-section">
      <div className="details-head">
        <h3>{t('details.invites')}</h3>
        <button type="button" className="button button-quiet" disabled={working.isRunning} onClick={create}>
          {t('details.createInvite')}
        </button>
      </div>
      <p className="hint">{t('details.inviteHint')}</p>
      <ul className="plain-list">
        {invites.items.map((invite) => (
          <InviteRow
            key={invite.code}
            invite={invite}
            onCopy={() => working.run(() => copy(invite))}
            onRevoke={() => working.run(() => conversation.revokeInvite(invite.code).then(invites.reload))}
          />
        ))}
      </ul>
      <Problem error={working.error ?? invites.error} />
    </section>
  );
}

function InviteRow({
  invite,
  onCopy,
  onRevoke,
}: {
  readonly invite: Invite;
  readonly onCopy: () => void;
  readonly onRevoke: () => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <li className="person-row">
      <span className="person-name">
        <span className="invite-code" title={linkOf(invite)}>
          …{hashOf({ page: 'invite', code: invite.code })}
        </span>
        <span className="hint">{t('details.inviteBy', { when: ago(invite.createdAt, Date.now(), language) })}</span>
      </span>
      <button type="button" className="icon-button" aria-label={t('details.copyInvite')} onClick={onCopy}>
        <Icon name="copy" size={18} />
      </button>
      <button type="button" className="icon-button" aria-label={t('details.revokeInvite')} onClick={onRevoke}>
        <Icon name="trash" size={18} />
      </button>
    </li>
  );
}
