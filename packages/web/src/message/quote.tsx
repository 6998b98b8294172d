import type { ConversationHandle, Message } from '@parley/sdk';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hueOf } from '../avatar/hue.ts';
import { go } from '../route.ts';
import { useName, usePreview } from './preview.ts';

/** The message this one answers, in one line; a click goes there. */
export function Quote({ seq, conversation }: { readonly seq: number; readonly conversation: ConversationHandle }) {
  const { t } = useTranslation();
  const message = useQuoted(conversation, seq);
  const name = useName(message?.senderId ?? 0);
  const preview = usePreview(message?.content, message?.senderId ?? 0);
  return (
    <button
      type="button"
      className="quote"
      style={{ '--name-hue': hueOf(message?.senderId ?? 0) } as React.CSSProperties}
      onClick={() => go({ page: 'conversation', id: conversation.id, seq })}
    >
      <span className="quote-name" dir="auto">
        {message === undefined ? '' : name}
      </span>
      <span className="quote-text" dir="auto">
        {message === undefined ? t('message.quoted') : preview}
      </span>
    </button>
  );
}

function useQuoted(conversation: ConversationHandle, seq: number): Message | undefined {
  const [message, setMessage] = useState<Message>();
  useEffect(() => {
    const gone = new AbortController();
    conversation.message(seq, { signal: gone.signal }).then(setMessage, () => undefined); // Removed by retention, or before one joined.
    return () => gone.abort();
  }, [conversation, seq]);
  return message;
}
