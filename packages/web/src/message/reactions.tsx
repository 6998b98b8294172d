import type { ConversationHandle, MessageItem } from '@parley/sdk';
import { useAccount, useClient } from '@parley/sdk/react';
import { useTranslation } from 'react-i18next';

type Reaction = MessageItem['reactions'][number];

/** Pills under the bubble: a click joins in or takes it back. */
export function Reactions({
  item,
  conversation,
}: {
  readonly item: MessageItem;
  readonly conversation: ConversationHandle;
}) {
  if (item.reactions.length === 0 || item.seq === undefined) return null;
  const { seq } = item;
  return (
    <ul className="reactions">
      {item.reactions.map((reaction) => (
        <li key={reaction.emoji}>
          <ReactionPill reaction={reaction} seq={seq} conversation={conversation} />
        </li>
      ))}
    </ul>
  );
}

function ReactionPill({
  reaction,
  seq,
  conversation,
}: {
  readonly reaction: Reaction;
  readonly seq: number;
  readonly conversation: ConversationHandle;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const { account } = useAccount();
  const isMine = account !== undefined && reaction.userIds.includes(account.id);
  const names = reaction.userIds
    .slice(0, 8)
    .map((id) => client.users.peek(id)?.displayName)
    .filter((name) => name !== undefined)
    .join(', ');
  const toggle = (): void =>
    void (isMine ? conversation.unreact(seq, reaction.emoji) : conversation.react(seq, reaction.emoji)).catch(
      () => undefined,
    ); // The pill stays as the server has it.
  return (
    <button
      type="button"
      className="reaction"
      aria-pressed={isMine}
      title={names}
      aria-label={t('message.reaction', { emoji: reaction.emoji, count: reaction.count })}
      onClick={toggle}
    >
      <span aria-hidden="true">{reaction.emoji}</span>
      <span aria-hidden="true">{reaction.count}</span>
    </button>
  );
}
