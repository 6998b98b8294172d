import { topicOf, type Delivery, type Topic } from '../delivery.ts';
import { gathered } from '../gathered.ts';
import type { Presence } from '../presence/presence.ts';

/** What each node has to be given, in the order of the batch. */
export type Routed = ReadonlyMap<string, readonly Delivery[]>;

export interface Routing {
  readonly presence: Presence;
  /** The nodes that are listed. */
  listed(): readonly string[];
}

/**
 * Finds the nodes of each delivery: those with listeners of its topic, those with listeners of the conversation's heads when it
 * is a change, and those where users are connected who begin or stop to listen. [D8] One look for the batches of all partitions
 * that one call of the queue has brought.
 */
export const routeDeliveries = gathered<Routing, readonly Delivery[], Routed>(routeAll, queueMicrotask);

async function routeAll({ presence, listed }: Routing, batches: readonly (readonly Delivery[])[]): Promise<Routed[]> {
  const all = batches.flat();
  const [nodes, users] = await Promise.all([presence.nodesOf(topicsOf(all), listed()), userNodes(all, presence)]);
  return batches.map((batch) => routedBy(batch, nodes, users));
}

function routedBy(
  batch: readonly Delivery[],
  nodes: ReadonlyMap<Topic, readonly string[]>,
  users: ReadonlyMap<number, readonly string[]>,
): Routed {
  const routed = new Map<string, Delivery[]>();
  for (const delivery of batch) {
    const heads = headsOf(delivery);
    give(routed, delivery, nodes.get(delivery.topic));
    if (heads !== undefined) give(routed, delivery, nodes.get(heads));
    for (const userId of delivery.joins ?? []) give(routed, delivery, users.get(userId));
    for (const userId of delivery.parts ?? []) give(routed, delivery, users.get(userId));
  }
  return routed;
}

function topicsOf(batch: readonly Delivery[]): Topic[] {
  const topics = new Set<Topic>();
  for (const delivery of batch) {
    topics.add(delivery.topic);
    const heads = headsOf(delivery);
    if (heads !== undefined) topics.add(heads);
  }
  return [...topics];
}

/** Changes are told to those who listen to the conversation's heads only, too. */
function headsOf({ push }: Delivery): Topic | undefined {
  if (push.push === 'message.changed') return topicOf.heads(push.message.conversationId);
  return push.push === 'conversation.changed' ? topicOf.heads(push.conversationId) : undefined;
}

async function userNodes(
  batch: readonly Delivery[],
  presence: Presence,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const userIds = new Set(batch.flatMap(({ joins = [], parts = [] }) => [...joins, ...parts]));
  if (userIds.size === 0) return new Map();
  const routes = await presence.routesOf([...userIds]);
  return new Map(Array.from(routes, ([userId, found]) => [userId, found.map(({ nodeId }) => nodeId)]));
}

function give(routed: Map<string, Delivery[]>, delivery: Delivery, nodeIds: readonly string[] = []): void {
  for (const nodeId of nodeIds) {
    const deliveries = routed.get(nodeId);
    if (deliveries === undefined) routed.set(nodeId, [delivery]);
    else if (deliveries.at(-1) !== delivery) deliveries.push(delivery);
  }
}
