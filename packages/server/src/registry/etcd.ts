import { ParleyError } from '@parley/protocol';
import { systemClock, type Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { parseEtcdUrl } from './etcd-address.ts';
import { missingOf, writeEntry, type Entry } from './etcd-claim.ts';
import { EtcdClient, etcdLimits, EtcdRefusal, grpcCodes } from './etcd-client.ts';
import { isValue, put, remove, transact } from './etcd-keys.ts';
import { EtcdLease } from './etcd-lease.ts';
import { EtcdNodes } from './etcd-nodes.ts';
import { EtcdWorkers } from './etcd-workers.ts';
import {
  NodeTaken,
  registryLimits,
  type ClaimOptions,
  type NodeStart,
  type RegisteredNode,
  type Registration,
  type Registry,
  type Role,
  type WorkerLease,
} from './registry.ts';

export interface EtcdRegistryOptions {
  /** As `parseEtcdUrl` reads it. */
  readonly url: string;
  readonly log: Log;
  readonly clock?: Clock;
  readonly leaseTtlMs?: number;
  /** Called from time to time while `open` waits for the cluster. */
  readonly onWaiting?: () => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** How often a node that waits for the cluster says so. */
const waitingMs = 2_000;
/** Renewals in the time of a lease. */
const renewals = 3;

/**
 * The registry of many processes, on etcd v3. Everything of a process hangs on one lease. While etcd cannot be reached the last known nodes
 * stay in use and ids go on from what was reserved; what was lost meanwhile is said again.
 */
export class EtcdRegistry implements Registry {
  private readonly client: EtcdClient;
  private readonly log: Log;
  private readonly intervalMs: number;
  private readonly lease: EtcdLease;
  private readonly nodes: EtcdNodes;
  private readonly workers: EtcdWorkers;
  /** What hangs on the lease, and is looked after with each renewal. */
  private readonly entries = new Set<Entry>();
  private readonly takenListeners: ((taken: NodeTaken) => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private renewing: Promise<void> | undefined;
  private isReached = true;
  private isClosed = false;

  private constructor({ url, log, clock = systemClock, leaseTtlMs = registryLimits.leaseTtlMs }: EtcdRegistryOptions) {
    this.client = new EtcdClient(parseEtcdUrl(url));
    this.log = log;
    this.intervalMs = leaseTtlMs / renewals;
    this.lease = new EtcdLease(this.client, leaseTtlMs);
    this.nodes = new EtcdNodes(this.client);
    this.workers = new EtcdWorkers({ client: this.client, lease: this.lease, clock });
  }

  /**
   * Resolves when the cluster was reached, however long that takes.
   * @throws RangeError for a URL that is none · ParleyError `unavailable` when the cluster refuses, such as a wrong password
   */
  static async open(options: EtcdRegistryOptions): Promise<EtcdRegistry> {
    const registry = new EtcdRegistry(options);
    while (!(await registry.tryStart())) {
      options.signal?.throwIfAborted();
      options.onWaiting?.();
    }
    return registry;
  }

  async claim(node: NodeStart, options: ClaimOptions = {}): Promise<void> {
    this.requireOpen();
    await this.enter({ key: this.nodes.claimKeyOf(node), node }, options);
  }

  async register(node: RegisteredNode): Promise<Registration> {
    this.requireOpen();
    const entry = { key: this.nodes.keyOf(node), node };
    await this.enter(entry);
    this.nodes.set([[entry.key, node]]);
    return { drain: () => this.drain(entry), unregister: () => this.unregister(entry) };
  }

  async list(role: Role): Promise<readonly RegisteredNode[]> {
    this.requireOpen();
    return this.nodes.of(role);
  }

  watch(role: Role, onChange: (nodes: readonly RegisteredNode[]) => void): () => void {
    this.requireOpen();
    return this.nodes.watch(role, onChange);
  }

  async leaseWorkerId(): Promise<WorkerLease> {
    this.requireOpen();
    return this.attach(() => this.workers.take());
  }

  onTaken(listener: (taken: NodeTaken) => void): void {
    this.takenListeners.push(listener);
  }

  async check(): Promise<void> {
    this.requireOpen();
    await this.nodes.refresh();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    clearTimeout(this.timer);
    this.nodes.close();
    this.entries.clear();
    this.workers.loseAll();
    await this.lease.revoke();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async enter(entry: Entry, options?: ClaimOptions): Promise<void> {
    const { client, nodes } = this;
    const gone = await this.attach((lease) => writeEntry({ client, nodes, lease }, entry, options));
    nodes.set(gone.map((key) => [key, undefined]));
    // One that was entered before is over: it would be written back over this one.
    for (const each of this.entries) if (each.key === entry.key) this.entries.delete(each);
    this.entries.add(entry);
  }

  private async drain(entry: Entry & { node: RegisteredNode }): Promise<void> {
    this.requireOpen();
    const { key } = entry;
    const before = JSON.stringify(entry.node);
    entry.node = { ...entry.node, isDraining: true };
    const text = JSON.stringify(entry.node);
    const { isDone } = await this.attach((lease) =>
      transact(this.client, { when: [isValue(key, before)], make: [put(key, text, lease)] }),
    );
    if (isDone) this.nodes.set([[key, entry.node]]);
  }

  private async unregister(entry: Entry): Promise<void> {
    if (this.entries.delete(entry) && !this.isClosed) await this.remove(entry);
  }

  private async remove({ key, node }: Entry): Promise<void> {
    const when = [isValue(key, JSON.stringify(node))];
    const { isDone } = await transact(this.client, { when, make: [remove(key)], callMs: etcdLimits.partingMs });
    if (isDone) this.nodes.set([[key, undefined]]);
  }

  private async tryStart(): Promise<boolean> {
    try {
      await this.lease.grant(waitingMs);
      await this.nodes.refresh();
    } catch (error) {
      if (error instanceof EtcdRefusal) throw error;
      this.log.warn({ error }, 'The registry cannot be reached; this node waits for it');
      return false;
    }
    void this.nodes.follow();
    this.renewLater();
    return true;
  }

  private renewLater(): void {
    if (this.isClosed) return;
    this.timer = setTimeout(() => void this.renew().finally(() => this.renewLater()), this.intervalMs);
  }

  /** Writes what hangs on the lease, with the next one when it turns out that this one is gone. */
  private async attach<T>(write: (lease: string) => Promise<T>): Promise<T> {
    try {
      return await write(this.lease.current);
    } catch (error) {
      if (!(error instanceof EtcdRefusal) || error.grpcCode !== grpcCodes.notFound) throw error;
      await this.renew();
      return write(this.lease.current);
    }
  }

  private renew(): Promise<void> {
    return (this.renewing ??= this.renewNow().finally(() => (this.renewing = undefined)));
  }

  private async renewNow(): Promise<void> {
    try {
      if (!this.lease.isHeld || !(await this.lease.renew())) await this.startAgain();
      await this.keepEntries();
      await this.nodes.refresh();
      if (!this.isReached) this.log.info({}, 'The registry is back');
      this.isReached = true;
    } catch (error) {
      if (this.isClosed) return;
      if (this.isReached) this.log.warn({ error }, 'The registry does not answer; the last known nodes stay in use');
      this.isReached = false;
    }
  }

  /** The lease ran out, because this process or the cluster stood still for too long. */
  private async startAgain(): Promise<void> {
    this.workers.loseAll();
    if (this.isClosed) return;
    await this.lease.grant();
    this.log.warn({ nodes: this.entries.size }, 'The registry had lost this node, which registers again');
  }

  /** Also finds what was written just when the lease ran out, or was removed by hand. [R7] */
  private async keepEntries(): Promise<void> {
    for (const entry of await missingOf(this.client, [...this.entries])) await this.restore(entry);
  }

  /** Unless a later start of the node is there. */
  private async restore(entry: Entry): Promise<void> {
    if (!this.entries.has(entry)) return;
    try {
      await writeEntry({ client: this.client, nodes: this.nodes, lease: this.lease.current }, entry);
      // Whoever went meanwhile may have been removed before this was written.
      if (!this.entries.has(entry)) await this.remove(entry);
    } catch (error) {
      if (!(error instanceof NodeTaken)) throw error;
      this.lose(entry, error);
    }
  }

  private lose({ node: { nodeId, bootId } }: Entry, taken: NodeTaken): void {
    this.log.error({ nodeId, holder: taken.holder }, 'Another start of this node has its place');
    for (const entry of this.entries)
      if (entry.node.nodeId === nodeId && entry.node.bootId === bootId) this.entries.delete(entry);
    for (const tell of this.takenListeners) tell(taken);
  }

  private requireOpen(): void {
    if (this.isClosed) throw new ParleyError('unavailable', 'The registry is closed.');
  }
}
