/** The ones people use most, one tap away. */
export const quickEmoji = ['👍', '❤️', '😂', '🎉', '😮', '😢'] as const;
