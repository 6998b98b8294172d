import { limits, type Message, type User } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { userView } from './user-view.ts';
import { usersById } from './users-by-id.ts';

/** The users a page of messages names: senders first, then those of system messages; at most `limits.lookupMax`. */
export async function usersOf(db: Kysely<Tables>, messages: readonly Message[]): Promise<User[]> {
  const senders = messages.map((message) => message.senderId);
  const ids = [...new Set([...senders, ...messages.flatMap(namedIn)])].slice(0, limits.lookupMax);
  return (await usersById(db, { ids })).map(userView);
}

function namedIn({ content }: Message): readonly number[] {
  if (content.type === 'recalled') return [content.byUserId];
  return content.type === 'system' && 'userIds' in content.system ? content.system.userIds : [];
}
