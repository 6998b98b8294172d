import { toWireError } from '@parley/protocol';
import type { CommandCall, CommandOutcome } from './rpc.ts';

/** The commands of one call that go to the same node. */
export interface CommandGroup {
  /** What it is hashed by; undefined: any node will do. */
  readonly key: string | undefined;
  readonly calls: CommandCall[];
  /** Where each stood among all of them. */
  readonly places: number[];
}

/**
 * Divides commands by the node their conversation belongs to, which makes fuller batches there. Those of one connection stay together,
 * because they take effect in their order. [D3]
 */
export function splitCommands(
  calls: readonly CommandCall[],
  nodeOf: (key: string) => string | undefined,
): readonly CommandGroup[] {
  const groups = new Map<string | undefined, CommandGroup>();
  const byConnection = new Map<string, CommandGroup>();
  for (const [place, call] of calls.entries()) {
    const { connection } = call.caller;
    const owner = connection === undefined ? undefined : `${connection.nodeId} ${connection.connectionId}`;
    const group = (owner === undefined ? undefined : byConnection.get(owner)) ?? groupOf(groups, call, nodeOf);
    if (owner !== undefined) byConnection.set(owner, group);
    group.calls.push(call);
    group.places.push(place);
  }
  return [...groups.values()];
}

/** The outcomes in the order of the commands. Those of a group that failed are its error; when all failed, so does the call. */
export async function joinOutcomes(
  groups: readonly CommandGroup[],
  handle: (group: CommandGroup) => Promise<readonly CommandOutcome[]>,
): Promise<readonly CommandOutcome[]> {
  const results = await Promise.allSettled(groups.map(handle));
  const first = results[0];
  if (first?.status === 'rejected' && results.every(({ status }) => status === 'rejected')) throw first.reason;
  const outcomes: CommandOutcome[] = [];
  for (const [index, { places }] of groups.entries())
    for (const [at, place] of places.entries()) outcomes[place] = outcomeOf(results[index], at);
  return outcomes;
}

function outcomeOf(result: PromiseSettledResult<readonly CommandOutcome[]> | undefined, at: number): CommandOutcome {
  if (result?.status === 'rejected') return { error: toWireError(result.reason) };
  return result?.value[at] ?? internal;
}

const internal: CommandOutcome = { error: toWireError(undefined) };

function groupOf(
  groups: Map<string | undefined, CommandGroup>,
  { params }: CommandCall,
  nodeOf: (key: string) => string | undefined,
): CommandGroup {
  const key = keyOf(params);
  const node = key === undefined ? undefined : nodeOf(key);
  const known = groups.get(node);
  if (known !== undefined) return known;
  const group: CommandGroup = { key, calls: [], places: [] };
  groups.set(node, group);
  return group;
}

function keyOf(params: unknown): string | undefined {
  const id =
    typeof params === 'object' && params !== null
      ? (params as { readonly conversationId?: unknown }).conversationId
      : undefined;
  return typeof id === 'number' ? String(id) : undefined;
}
