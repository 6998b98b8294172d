import type { Place, World } from './world.ts';

const groupSize = 10;

/** Everybody in three conversations: one room with all, a group of ten, a friend. */
export function threeEach(users: number): World {
  const all = Array.from({ length: users }, (_, index) => index + 1);
  const inParts = (kind: Place['kind'], size: number): Place[] =>
    Array.from({ length: Math.ceil(users / size) }, (_, part) => ({
      kind,
      userIds: all.slice(part * size, (part + 1) * size),
    }));
  return {
    users,
    places: [{ kind: 'room', userIds: all }, ...inParts('group', groupSize), ...inParts('direct', 2)],
  };
}
