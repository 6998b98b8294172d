import { useClient } from '@parley/sdk/react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { toasts } from './toasts.ts';

/** Says so when one was removed or banned; the conversation disappears from the list by itself. */
export function useRemovals(): void {
  const client = useClient();
  const { t } = useTranslation();
  useEffect(
    () =>
      client.on('conversation.removed', ({ conversationId, reason }) => {
        if (reason === 'left') return;
        const name = client.conversations.get(conversationId)?.name ?? t('conversation.label');
        toasts.text(t(reason === 'banned' ? 'conversation.wasBanned' : 'conversation.removed', { name }));
      }),
    [client, t],
  );
}
