import type { Topic } from '../delivery.ts';
import type { Context } from './context.ts';

/** Listeners asked of one node. */
const perNodeMax = 10_000;

export interface Listeners {
  readonly userIds: ReadonlySet<number>;
  /** Exact while no node has more than it may name; then users on two nodes count twice. */
  readonly count: number;
}

/** The distinct users who listen to a topic, on all connect nodes. A node that does not answer counts as none. */
export async function listenersOf(context: Pick<Context, 'presence' | 'rpc'>, topic: Topic): Promise<Listeners> {
  const nodeIds = (await context.presence.nodesOf([topic])).get(topic) ?? [];
  const answers = await Promise.all(nodeIds.map((nodeId) => askNode(context, nodeId, topic)));
  const userIds = new Set(answers.flatMap((answer) => answer.userIds));
  const isComplete = answers.every((answer) => answer.userIds.length === answer.count);
  const sum = answers.reduce((total, answer) => total + answer.count, 0);
  return { userIds, count: isComplete ? userIds.size : sum };
}

async function askNode({ rpc }: Pick<Context, 'rpc'>, nodeId: string, topic: Topic) {
  try {
    return await rpc.call('connect', nodeId).listeners(topic, perNodeMax);
  } catch {
    return { userIds: [], count: 0 };
  }
}
