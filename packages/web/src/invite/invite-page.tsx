import { useClient } from '@parley/sdk/react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { usePages } from '../load/use-pages.ts';
import { go } from '../route.ts';
import './invite.css';

/** Where an invitation link leads: what it is for, and the way in. */
export default function InvitePage({ code }: { readonly code: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const joining = useAction();
  const answer = usePages(
    useCallback(
      async (_cursor: string | undefined, signal: AbortSignal) => ({
        items: [await client.conversations.previewInvite(code, { signal })],
      }),
      [client, code],
    ),
  );
  const preview = answer.items[0];
  const leave = (): void => go({ page: 'home' }, { isReplacing: true });
  const enter = (): void =>
    joining.run(async () => {
      const id =
        preview?.isMember === true ? preview.conversationId : (await client.conversations.acceptInvite(code)).id;
      go({ page: 'conversation', id }, { isReplacing: true });
    });
  return (
    <main className="invite">
      {preview !== undefined && (
        <>
          <Avatar
            id={preview.conversationId}
            name={preview.title}
            size={72}
            kind={preview.kind === 'group' ? 'person' : preview.kind}
          />
          <p className="muted">{t('invite.to')}</p>
          <h1 dir="auto">{preview.title}</h1>
          <p className="muted">{t('conversation.members', { count: preview.memberCount })}</p>
        </>
      )}
      <Problem error={answer.error ?? joining.error} />
      <div className="invite-buttons">
        <button type="button" className="button button-quiet" onClick={leave}>
          {t(preview === undefined ? 'conversation.home' : 'invite.later')}
        </button>
        {preview !== undefined && (
          <button type="button" className="button button-primary" disabled={joining.isRunning} onClick={enter}>
            {t(preview.isMember ? 'invite.open' : 'invite.join')}
          </button>
        )}
      </div>
    </main>
  );
}
