import type { ConversationHandle, MessageItem } from '@parley/sdk';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/error-text.ts';

/** Why a message was not taken, and what one can do. */
export function FailedLine({
  item,
  conversation,
}: {
  readonly item: MessageItem;
  readonly conversation: ConversationHandle;
}) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <p className="failed-line" role="alert">
      <span>{errorText(item.error)}</span>
      <button type="button" onClick={() => void conversation.retry(item.clientMsgId)}>
        {t('message.retry')}
      </button>
      <button type="button" onClick={() => void conversation.discard(item.clientMsgId)}>
        {t('message.discard')}
      </button>
    </p>
  );
}
