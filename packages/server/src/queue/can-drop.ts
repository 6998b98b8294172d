import { isEphemeral } from '@parley/protocol';
import type { Delivery } from '../delivery.ts';

/** Whether it goes first when there is no room. [D9] */
export function canDrop({ push }: Delivery): boolean {
  return push.push !== 'raw' && isEphemeral(push);
}
