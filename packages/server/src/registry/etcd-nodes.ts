import { etcdLimits, type EtcdClient } from './etcd-client.ts';
import { below, readKey, readValue, type KeyValue, type RangeAnswer } from './etcd-keys.ts';
import { roleNames, type NodeStart, type RegisteredNode, type Role } from './registry.ts';

type Watcher = (nodes: readonly RegisteredNode[]) => void;

interface WatchAnswer {
  readonly canceled?: boolean;
  readonly events?: readonly { readonly type?: 'DELETE'; readonly kv: KeyValue }[];
}

/**
 * The nodes as they were last known. A stream tells of changes at once, beginning behind the revision that is known; a reading from
 * time to time finds what a stream that got stuck, or a history that was compacted, has kept from us.
 */
export class EtcdNodes {
  private readonly client: EtcdClient;
  private readonly folder: string;
  private readonly watchers = new Map<Role, Set<Watcher>>();
  private nodes: ReadonlyMap<string, RegisteredNode> = new Map();
  private revision = 0;
  private connection = new AbortController();
  private isClosed = false;

  constructor(client: EtcdClient) {
    this.client = client;
    this.folder = `${client.prefix}nodes/`;
  }

  keyOf({ role, nodeId }: Pick<RegisteredNode, 'role' | 'nodeId'>): string {
    return `${this.folder}${role}/${nodeId}`;
  }

  /** Of the start that has the id; it is listed nowhere. */
  claimKeyOf({ nodeId }: NodeStart): string {
    return `${this.client.prefix}claims/${nodeId}`;
  }

  /** All that may be said of a node. */
  keysOf(node: NodeStart): readonly string[] {
    return [this.claimKeyOf(node), ...roleNames.map((role) => this.keyOf({ ...node, role }))];
  }

  of(role: Role): readonly RegisteredNode[] {
    return [...this.nodes.values()].filter((node) => node.role === role);
  }

  /** What this process has written itself is known before the stream tells of it. */
  set(changes: Iterable<readonly [key: string, node: RegisteredNode | undefined]>): void {
    const nodes = new Map(this.nodes);
    for (const [key, node] of changes)
      if (node === undefined) nodes.delete(key);
      else nodes.set(key, node);
    this.keep(nodes);
  }

  watch(role: Role, onChange: Watcher): () => void {
    const watchers = this.watchers.get(role) ?? new Set();
    this.watchers.set(role, watchers.add(onChange));
    onChange(this.of(role));
    return () => void watchers.delete(onChange);
  }

  /** Reads all of them. @throws ParleyError `unavailable` */
  async refresh(): Promise<void> {
    const before = this.revision;
    const { header, kvs = [] } = await this.client.call<RangeAnswer>('/v3/kv/range', below(this.folder));
    const revision = Number(header.revision);
    // The stream was faster. Only a cluster that lost its data goes back.
    if (revision < this.revision && revision >= before) return;
    this.revision = revision;
    const found = new Map(kvs.map((kv) => [readKey(kv), nodeOf(kv)]));
    if (isSame(found, this.nodes) && revision >= before) return;
    this.keep(found);
    // What the stream should have told of, it has not.
    this.connection.abort();
  }

  /** Follows the changes until `close`. Never rejects. */
  async follow(): Promise<void> {
    while (!this.isClosed) {
      this.connection = new AbortController();
      try {
        await this.read(this.connection.signal);
      } catch {
        // The next connection begins where this one ended.
      }
      if (!this.isClosed) await Bun.sleep(etcdLimits.retryMs);
    }
  }

  close(): void {
    this.isClosed = true;
    this.watchers.clear();
    this.connection.abort();
  }

  private async read(signal: AbortSignal): Promise<void> {
    const from = { start_revision: String(this.revision + 1) };
    const body = { create_request: { ...below(this.folder), ...from } };
    for await (const answer of this.client.stream<WatchAnswer>('/v3/watch', body, signal)) {
      // Our place in the history was compacted away.
      if (answer.canceled === true) return this.refresh();
      if (answer.events !== undefined) this.apply(answer.events);
    }
  }

  private apply(events: NonNullable<WatchAnswer['events']>): void {
    const nodes = new Map(this.nodes);
    const known = this.revision;
    for (const { type, kv } of events) {
      const revision = Number(kv.mod_revision);
      if (revision <= known) continue;
      this.revision = Math.max(this.revision, revision);
      if (type === 'DELETE') nodes.delete(readKey(kv));
      else nodes.set(readKey(kv), nodeOf(kv));
    }
    this.keep(nodes);
  }

  private keep(nodes: ReadonlyMap<string, RegisteredNode>): void {
    const before = this.nodes;
    this.nodes = nodes;
    for (const [role, watchers] of this.watchers) {
      if (isSame(ofRole(before, role), ofRole(nodes, role))) continue;
      for (const tell of watchers) tell(this.of(role));
    }
  }
}

function nodeOf(kv: KeyValue): RegisteredNode {
  return JSON.parse(readValue(kv)) as RegisteredNode;
}

function ofRole(nodes: ReadonlyMap<string, RegisteredNode>, role: Role): ReadonlyMap<string, RegisteredNode> {
  return new Map([...nodes].filter(([, node]) => node.role === role));
}

function isSame(one: ReadonlyMap<string, RegisteredNode>, other: ReadonlyMap<string, RegisteredNode>): boolean {
  return one.size === other.size && [...one].every(([key, node]) => Bun.deepEquals(node, other.get(key)));
}
