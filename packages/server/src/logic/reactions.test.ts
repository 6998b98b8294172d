import { expect, test } from 'bun:test';
import { limits, type Reaction } from '@parley/protocol';
import { isRefillNeeded, withoutReaction, withReaction } from './reactions.ts';

const emojis = (count: number): Reaction[] =>
  Array.from({ length: count }, (_, index) => ({
    emoji: String.fromCodePoint(0x1f600 + index),
    count: 1,
    userIds: [1],
  }));

test('a reaction counts everyone and lists the first', () => {
  let reactions: readonly Reaction[] = [];
  for (let userId = 1; userId <= limits.reactionUsersShown + 5; userId++)
    reactions = withReaction(reactions, { emoji: '👍', userId });
  expect(reactions[0]?.count).toBe(limits.reactionUsersShown + 5);
  expect(reactions[0]?.userIds).toHaveLength(limits.reactionUsersShown);
});

test('one kind more than the maximum is refused, one more of a kind that is there is not', () => {
  const full = emojis(limits.reactionKindsMax);
  expect(() => withReaction(full, { emoji: '❤️', userId: 2 })).toThrow(
    expect.objectContaining({ code: 'too-many-reactions' }),
  );
  expect(withReaction(full, { emoji: '😀', userId: 2 })[0]).toEqual({ emoji: '😀', count: 2, userIds: [1, 2] });
});

test('the last one of a kind takes the kind with it', () => {
  expect(withoutReaction([{ emoji: '👍', count: 1, userIds: [1] }], { emoji: '👍', userId: 1 })).toEqual([]);
});

test('the list is refilled only when one of the first goes and others wait behind', () => {
  const reactions = [{ emoji: '👍', count: 3, userIds: [1, 2] }];
  expect(isRefillNeeded(reactions, { emoji: '👍', userId: 1 })).toBe(true);
  expect(isRefillNeeded(reactions, { emoji: '👍', userId: 3 })).toBe(false);
  expect(withoutReaction(reactions, { emoji: '👍', userId: 1 }, [2, 3])).toEqual([
    { emoji: '👍', count: 2, userIds: [2, 3] },
  ]);
  expect(withoutReaction(reactions, { emoji: '👍', userId: 3 })).toEqual([{ emoji: '👍', count: 2, userIds: [1, 2] }]);
});
