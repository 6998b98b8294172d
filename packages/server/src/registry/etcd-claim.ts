import { ParleyError } from '@parley/protocol';
import type { EtcdClient } from './etcd-client.ts';
import {
  get,
  isAbsent,
  isValue,
  put,
  readKey,
  readValue,
  remove,
  transact,
  type Comparison,
  type KeyValue,
} from './etcd-keys.ts';
import type { EtcdNodes } from './etcd-nodes.ts';
import { requireFree, type ClaimOptions, type NodeStart } from './registry.ts';

/** Others may write between reading and writing, but not for ever. */
const triesMax = 10;

/** What hangs on the lease of this process: that it has its id, or that it has a role. */
export interface Entry {
  readonly key: string;
  node: NodeStart;
}

/**
 * Writes an entry as one step: only if no other start has the id of its node, and without what the replaced one had. [R6]
 * @returns the keys that went · @throws NodeTaken · ParleyError `unavailable`
 */
export async function writeEntry(
  { client, nodes, lease }: { readonly client: EtcdClient; readonly nodes: EtcdNodes; readonly lease: string },
  { key, node }: Entry,
  options: ClaimOptions = {},
): Promise<readonly string[]> {
  const keys = nodes.keysOf(node);
  for (let tries = 0; tries < triesMax; tries++) {
    const { found } = await transact(client, { when: [], make: keys.map(get) });
    requireFree(found.map(startOf), node, options);
    const over = found.filter((kv) => startOf(kv).bootId !== node.bootId).map(readKey);
    const gone = over.filter((each) => each !== key);
    const when = keys.map((each) => isAsFound(each, found));
    const make = [...gone.map(remove), put(key, JSON.stringify(node), lease)];
    if ((await transact(client, { when, make })).isDone) return gone;
  }
  throw new ParleyError('unavailable', 'The registry changes too fast.');
}

/** Those that are not there as they were written: their lease ran out, or somebody wrote over them. @throws ParleyError `unavailable` */
export async function missingOf(client: EtcdClient, entries: readonly Entry[]): Promise<readonly Entry[]> {
  if (entries.length === 0) return [];
  const { found } = await transact(client, { when: [], make: entries.map(({ key }) => get(key)) });
  const values = new Map(found.map((kv) => [readKey(kv), readValue(kv)]));
  return entries.filter(({ key, node }) => values.get(key) !== JSON.stringify(node));
}

function startOf(kv: KeyValue): NodeStart {
  return JSON.parse(readValue(kv)) as NodeStart;
}

function isAsFound(key: string, found: readonly KeyValue[]): Comparison {
  const there = found.find((kv) => readKey(kv) === key);
  return there === undefined ? isAbsent(key) : isValue(key, readValue(there));
}
