import type { ConversationMeta } from '@parley/protocol';
import type { LoadedConversation } from './load-conversation.ts';

export type MetaSource = Pick<
  LoadedConversation,
  'id' | 'kind' | 'title' | 'topic' | 'avatar' | 'ownerId' | 'isListed' | 'createdAt' | 'metaVersion'
>;

/** What everyone sees of a conversation alike. */
export function conversationMeta(source: MetaSource): ConversationMeta {
  const { id, kind, title, topic, isListed, createdAt, metaVersion } = source;
  const meta: ConversationMeta = { id, kind, title, topic, isListed, createdAt, metaVersion };
  if (source.avatar !== null) meta.avatarUrl = source.avatar;
  if (source.ownerId !== null) meta.ownerId = source.ownerId;
  return meta;
}
