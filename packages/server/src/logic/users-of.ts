import { limits, type Message, type User } from '@parley/protocol';
import type { Kysely, Selectable } from 'kysely';
import type { Tables, UserTable } from '../store/schema.ts';
import { prepared } from './prepared.ts';
import { userView } from './user-view.ts';

const byIds = prepared<{ ids: readonly number[] }, Selectable<UserTable>>((db, slot) =>
  db.selectFrom('users').selectAll().where('id', 'in', slot.ids),
);

/** The users a page of messages names: senders first, then those of system messages; at most `limits.lookupMax`. */
export async function usersOf(db: Kysely<Tables>, messages: readonly Message[]): Promise<User[]> {
  const senders = messages.map((message) => message.senderId);
  const ids = [...new Set([...senders, ...messages.flatMap(namedIn)])].slice(0, limits.lookupMax);
  return (await byIds(db, { ids })).map(userView);
}

function namedIn({ content }: Message): readonly number[] {
  if (content.type === 'recalled') return [content.byUserId];
  return content.type === 'system' && 'userIds' in content.system ? content.system.userIds : [];
}
