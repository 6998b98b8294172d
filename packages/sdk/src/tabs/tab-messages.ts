import type { Transport } from '../contract.ts';

/** On the channel of all tabs of one session. */
export type GroupMessage =
  /** A link looks for whoever leads. */
  | { readonly type: 'knock'; readonly link: string }
  /** A tab leads from now on. */
  | { readonly type: 'leads'; readonly leader: string };

/** On the channel of one link, which only its tab and the leader know. */
export type LinkMessage =
  /** From the leader: it is carried. */
  | { readonly type: 'carried'; readonly leader: string }
  | { readonly type: 'frame'; readonly text: string }
  | { readonly type: 'over'; readonly transport: Transport }
  | { readonly type: 'outdated' }
  | { readonly type: 'closed'; readonly code: number; readonly reason: string }
  /** To the leader. */
  | { readonly type: 'left' };

/** Tabs that do not speak the same of these must not meet: raise it with every change. */
export const tabMessagesVersion = 1;
