import type { Message } from '@parley/sdk';
import { useClient } from '@parley/sdk/react';
import { Avatar } from '../avatar/avatar.tsx';
import { shortTime, useLanguage } from '../format/time.ts';
import { useName, usePreview } from '../message/preview.ts';
import { excerptOf, piecesOf } from './excerpt.ts';

interface HitProps {
  readonly message: Message;
  readonly query: string;
  /** Then the conversation is named, too. */
  readonly isEverywhere: boolean;
  readonly onPick: () => void;
}

/** Who said it, where, when, and the words around what was searched for. */
export function SearchHit({ message, query, isEverywhere, onPick }: HitProps) {
  const client = useClient();
  const language = useLanguage();
  const name = useName(message.senderId);
  const preview = usePreview(message.content, message.senderId);
  const place = isEverywhere ? client.conversations.get(message.conversationId)?.name : undefined;
  return (
    <button type="button" className="search-hit" onClick={onPick}>
      <Avatar id={message.senderId} name={name} size={36} />
      <span className="search-hit-head">
        <strong dir="auto">{name}</strong>
        {place !== undefined && place !== name && (
          <span className="muted" dir="auto">
            {place}
          </span>
        )}
        <time>{shortTime(message.createdAt, Date.now(), language)}</time>
      </span>
      <span className="search-hit-text" dir="auto">
        {piecesOf(excerptOf(preview, query), query).map((piece, index) =>
          piece.isHit ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
        )}
      </span>
    </button>
  );
}
