import { isEphemeral } from '@parley/protocol';
import type { Delivery, Topic } from '../delivery.ts';

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

/** Whether changes of a group before this one have not come: one of them may have been somebody's removal. */
export function leavesGap(delivery: Delivery, known: number): boolean {
  return delivery.isFenced === true && known >= 0 && versionOf(delivery.push) > known + 1;
}

export function isEphemeralDelivery({ push }: Delivery): boolean {
  return push.push !== 'raw' && isEphemeral(push);
}

/**
 * What may be published of a delivery on a topic whose listeners were told of everything up to `version`; -1: nobody knows, and they may have come after it, unless it is their coming. Fenced changes that come out of their order may have overtaken
 * somebody's removal, or come a second time after somebody joined: of a later one only its head is told, and everyone's sync
 * shows them what they may see; an older one is known. [D8, F7]
 */
export function publishable(
  delivery: Delivery,
  { version: known, isInDoubt }: { readonly version: number; readonly isInDoubt: boolean },
): Delivery | undefined {
  if (delivery.isFenced !== true) return delivery;
  const version = versionOf(delivery.push);
  if (version <= known) return undefined;
  const isNext = known < 0 ? delivery.joins !== undefined : version === known + 1;
  return isNext && !isInDoubt ? delivery : headOf(delivery.topic, { version, seq: seqOf(delivery) });
}

/** The seq of the conversation a push tells of; 0 when it tells of none. */
export function seqOf({ push }: Delivery): number {
  if (push.push === 'message.changed') return push.message.seq;
  return push.push === 'conversation.head' ? push.seq : 0;
}

/** Tells no more than where the conversation of a topic stands. */
export function headOf(topic: Topic, { version, seq }: { readonly version: number; readonly seq: number }): Delivery {
  return { topic, push: { push: 'conversation.head', conversationId: Number(topic.slice(2)), version, seq } };
}
