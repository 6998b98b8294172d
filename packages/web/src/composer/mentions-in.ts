import type { User } from '@parley/sdk';

/** The most a message may name. */
const mentionsMax = 20;

/** Whom a text names as “@name”, of those known: picked from the list, or members. */
export function mentionsIn(
  text: string,
  picked: ReadonlyMap<string, number>,
  members: readonly Pick<User, 'id' | 'name'>[],
): { mentions?: number[] } {
  const names = new Map([...members.map((user): [string, number] => [user.name, user.id]), ...picked]);
  const ids = [...text.matchAll(/(?:^|\s)@([\p{L}\p{N}](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}])?)/gu)]
    .map((found) => names.get(found[1] ?? ''))
    .filter((id) => id !== undefined);
  return ids.length === 0 ? {} : { mentions: [...new Set(ids)].slice(0, mentionsMax) };
}
