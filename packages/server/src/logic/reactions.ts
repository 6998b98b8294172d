import { limits, ParleyError, type Reaction } from '@parley/protocol';

export interface OwnReaction {
  readonly emoji: string;
  readonly userId: number;
}

/** With one more. @throws ParleyError `too-many-reactions` */
export function withReaction(reactions: readonly Reaction[], { emoji, userId }: OwnReaction): Reaction[] {
  if (reactions.some((reaction) => reaction.emoji === emoji)) {
    return reactions.map((reaction) => (reaction.emoji === emoji ? counted(reaction, userId) : reaction));
  }
  if (reactions.length >= limits.reactionKindsMax) throw new ParleyError('too-many-reactions');
  return [...reactions, { emoji, count: 1, userIds: [userId] }];
}

/** Whether someone beyond the first ones moves up when this reaction goes. */
export function isRefillNeeded(reactions: readonly Reaction[], { emoji, userId }: OwnReaction): boolean {
  return reactions.some(
    (reaction) =>
      reaction.emoji === emoji && reaction.count > reaction.userIds.length && reaction.userIds.includes(userId),
  );
}

/** With one less; `first` are the first users who are left, if the list has to be refilled. A kind that nobody is left of is gone. */
export function withoutReaction(
  reactions: readonly Reaction[],
  { emoji, userId }: OwnReaction,
  first?: readonly number[],
): Reaction[] {
  const less = (reaction: Reaction): Reaction => ({
    ...reaction,
    count: reaction.count - 1,
    userIds: [...(first ?? reaction.userIds.filter((id) => id !== userId))],
  });
  return reactions
    .map((reaction) => (reaction.emoji === emoji ? less(reaction) : reaction))
    .filter((reaction) => reaction.count > 0);
}

function counted(reaction: Reaction, userId: number): Reaction {
  const userIds =
    reaction.userIds.length < limits.reactionUsersShown ? [...reaction.userIds, userId] : reaction.userIds;
  return { ...reaction, count: reaction.count + 1, userIds };
}
