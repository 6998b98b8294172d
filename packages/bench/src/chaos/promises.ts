import type { Violation } from '../checker/violation.ts';
import type { Promised } from './actors/device.ts';
import type { Deployment } from './deployment/deployment.ts';

/**
 * I1 from the side of those who write: what the SDK took into its outbox, and what anybody was told is stored, is in the database
 * in the end, once.
 */
export async function brokenPromises(promised: readonly Promised[], deployment: Deployment): Promise<Violation[]> {
  const byConversation = Map.groupBy(promised, ({ conversationId }) => conversationId);
  const broken = await Promise.all(
    [...byConversation].map(([conversationId, promises]) => brokenIn(deployment, conversationId, promises)),
  );
  return broken.flat();
}

async function brokenIn(
  deployment: Deployment,
  conversationId: number,
  promises: readonly Promised[],
): Promise<Violation[]> {
  const { stored } = await deployment.stored(conversationId);
  const counts = new Map<string, number>();
  for (const { clientMsgId, content } of stored) {
    count(counts, keyOf({ conversationId, clientMsgId }));
    if (content.type === 'text') count(counts, keyOf({ conversationId, text: content.text }));
  }
  return promises.filter((promise) => counts.get(keyOf(promise)) !== 1).map((promise) => violation(promise, counts));
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function keyOf({ clientMsgId, text }: Promised): string {
  return clientMsgId === undefined ? `“${text ?? ''}”` : clientMsgId;
}

function violation(promise: Promised, counts: ReadonlyMap<string, number>): Violation {
  const { conversationId, clientMsgId } = promise;
  const times = counts.get(keyOf(promise)) ?? 0;
  return {
    rule: 'I1',
    says: `Message ${keyOf(promise)} for conversation ${conversationId} was promised and is ${times} times in the database.`,
    events: [],
    about: { conversationId, ...(clientMsgId === undefined ? {} : { clientMsgId }) },
  };
}
