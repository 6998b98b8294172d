import type { ConversationKind, Push } from '@parley/protocol';

/**
 * What a connection can listen to: `c:12` every change of a conversation, `h:12` its heads only,
 * `u:5` what concerns one user, `p:5` the presence of one user.
 */
export type Topic = `${'c' | 'h' | 'u' | 'p'}:${number}`;

export const topicOf = {
  conversation: (id: number): Topic => `c:${id}`,
  heads: (id: number): Topic => `h:${id}`,
  user: (id: number): Topic => `u:${id}`,
  presence: (id: number): Topic => `p:${id}`,
} as const;

/** A push already written in one format, for the listeners of that format only. */
export interface RawPush {
  readonly push: 'raw';
  readonly format: string;
  readonly text: string;
}

/** What formats other than ours need to know of a message and cannot see in the push. */
export interface MessageContext {
  readonly kind: ConversationKind;
  readonly senderName: string;
  /** Direct conversations: the one who is not the sender. */
  readonly recipient?: { readonly id: number; readonly name: string };
  /** Where commands are followed: that of the command that sent it. */
  readonly trace?: string;
}

/** One push on its way to everyone who listens to `topic`. Order is kept per topic. */
export interface Delivery {
  readonly topic: Topic;
  readonly push: Push | RawPush;
  readonly context?: MessageContext;
  /** Only who was a member at this version may see it: if it does not come in its order, only that there is something is told. [D8, F7] */
  readonly isFenced?: boolean;
  /** Users whose connections begin to listen to `topic` just before this push. [D8] */
  readonly joins?: readonly number[];
  /** Users whose connections stop listening to `topic` just after this push. [D8] */
  readonly parts?: readonly number[];
}
