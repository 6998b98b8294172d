import type { ConversationHandle, ConversationView } from '@parley/sdk';

/** What every part of the details is about. */
export interface DetailsProps {
  readonly conversation: ConversationHandle;
  readonly view: ConversationView;
}
