import type { Transaction } from 'kysely';
import { topicOf, type Delivery } from '../delivery.ts';
import type { Tables } from '../store/schema.ts';
import type { Context } from './context.ts';
import { conversationMeta } from './conversation-meta.ts';
import type { LoadedConversation } from './load-conversation.ts';

export type MetaChange = Partial<Pick<LoadedConversation, 'title' | 'topic' | 'isListed'>> & {
  readonly ownerId?: number | null;
};

export interface MetaUpdate {
  readonly conversation: LoadedConversation;
  readonly change: MetaChange;
  readonly now: number;
}

/** Changes what everyone sees of a conversation under its next version, in `store.write`; answers the push of it. [D3] */
export async function changeMeta(
  context: Pick<Context, 'store'>,
  tx: Transaction<Tables>,
  { conversation, change, now }: MetaUpdate,
): Promise<Delivery> {
  const { id } = conversation;
  const version = await context.store.nextVersion(tx, id, now);
  const { title, topic, ownerId, isListed } = { ...conversation, ...change };
  await tx
    .updateTable('conversations')
    .set({ title, topic, owner_id: ownerId, is_listed: isListed ? 1 : 0, meta_version: version })
    .where('id', '=', id)
    .execute();
  const meta = conversationMeta({ ...conversation, title, topic, ownerId, isListed, metaVersion: version });
  const push = { push: 'conversation.changed', conversationId: id, version, meta } as const;
  const delivery: Delivery = { topic: topicOf.conversation(id), push };
  return conversation.kind === 'group' ? { ...delivery, isFenced: true } : delivery;
}
