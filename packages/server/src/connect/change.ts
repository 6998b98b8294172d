import { isEphemeral } from '@parley/protocol';
import type { Delivery } from '../delivery.ts';

/** The version of the conversation a push tells of; -1 when it tells of none. */
export function versionOf(push: Delivery['push']): number {
  switch (push.push) {
    case 'message.changed':
      return push.message.version;
    case 'conversation.changed':
    case 'conversation.head':
      return push.version;
    default:
      return -1;
  }
}

export function isEphemeralDelivery({ push }: Delivery): boolean {
  return push.push !== 'raw' && isEphemeral(push);
}
