import { ParleyError, type Content, type SendableContent } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { Changing } from './change-message.ts';
import { prepared } from './prepared.ts';

interface Mentioned {
  readonly id: number;
  readonly status: 'active' | 'left' | 'removed' | 'banned' | null;
}

const standing = prepared<{ conversationId: number; userIds: readonly number[] }, Mentioned>((db, slot) =>
  db
    .selectFrom('users')
    .leftJoin('members', (join) =>
      join.onRef('members.user_id', '=', 'users.id').on('members.conversation_id', '=', slot.conversationId),
    )
    .select(['users.id', 'members.status'])
    .where('users.id', 'in', slot.userIds),
);

export interface MentionRequest {
  readonly conversationId: number;
  readonly senderId: number;
  readonly content: SendableContent;
}

/** The members a text mentions, who get it counted; not oneself. @throws ParleyError `invalid-params` for users that do not exist. */
export async function mentionedMembers(db: Kysely<Tables>, request: MentionRequest): Promise<readonly number[]> {
  const userIds = mentionedIn(request.content);
  if (userIds.length === 0) return userIds;
  const found = await standing(db, { conversationId: request.conversationId, userIds });
  if (found.length < userIds.length) {
    throw new ParleyError('invalid-params', undefined, {
      fields: [{ pointer: '/content/mentions', message: 'not all of them are users' }],
    });
  }
  return found.filter(({ id, status }) => status === 'active' && id !== request.senderId).map(({ id }) => id);
}

function mentionedIn(content: Content): readonly number[] {
  return content.type === 'text' ? [...new Set(content.mentions ?? [])] : [];
}

/** Takes back the mentions a message counts. */
export async function removeMentions({
  tx,
  before,
  content,
}: Pick<Changing, 'tx' | 'before' | 'content'>): Promise<void> {
  const userIds = mentionedIn(content);
  if (userIds.length === 0) return;
  await tx
    .deleteFrom('mentions')
    .where('user_id', 'in', userIds)
    .where('conversation_id', '=', before.conversation_id)
    .where('seq', '=', before.seq)
    .execute();
}
