import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ParleyError } from '@parley/protocol';
import {
  registryLimits,
  requireFree,
  type ClaimOptions,
  type NodeStart,
  type RegisteredNode,
  type Registration,
  type Registry,
  type Role,
  type WorkerLease,
} from './registry.ts';
import { WorkerFile } from './worker-file.ts';

type Watcher = (nodes: readonly RegisteredNode[]) => void;

/** The registry of one process; worker ids are kept in its data folder, so that they survive a restart with an older clock. [D14] */
export class LocalRegistry implements Registry {
  private readonly folder: string;
  private readonly claims = new Map<string, NodeStart>();
  private readonly nodes = new Map<string, RegisteredNode>();
  private readonly watchers = new Map<Role, Set<Watcher>>();
  private readonly leases = new Set<WorkerFile>();
  private isClosed = false;

  constructor(options: { readonly dataDir: string }) {
    this.folder = join(options.dataDir, 'workers');
  }

  async claim(node: NodeStart, options: ClaimOptions = {}): Promise<void> {
    this.requireOpen();
    requireFree([...this.claims.values(), ...this.nodes.values()], node, options);
    for (const [key, each] of this.nodes)
      if (each.nodeId === node.nodeId && each.bootId !== node.bootId && this.nodes.delete(key)) this.tell(each.role);
    this.claims.set(node.nodeId, node);
  }

  async register(node: RegisteredNode): Promise<Registration> {
    this.requireOpen();
    requireFree([...this.claims.values(), ...this.nodes.values()], node, {});
    const key = `${node.role} ${node.nodeId}`;
    this.set(key, node);
    const isCurrent = (): boolean => this.nodes.get(key)?.bootId === node.bootId;
    return {
      drain: async () => {
        this.requireOpen();
        if (isCurrent()) this.set(key, { ...node, isDraining: true });
      },
      unregister: async () => {
        if (isCurrent() && this.nodes.delete(key)) this.tell(node.role);
      },
    };
  }

  async list(role: Role): Promise<readonly RegisteredNode[]> {
    this.requireOpen();
    return this.of(role);
  }

  watch(role: Role, onChange: Watcher): () => void {
    this.requireOpen();
    const watchers = this.watchers.get(role) ?? new Set();
    this.watchers.set(role, watchers.add(onChange));
    onChange(this.of(role));
    return () => void watchers.delete(onChange);
  }

  async leaseWorkerId(): Promise<WorkerLease> {
    this.requireOpen();
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (let workerId = 0; workerId < registryLimits.workerIds; workerId++) {
      const file = WorkerFile.tryOpen(join(this.folder, `${workerId}.lease`));
      if (file !== undefined) return this.leaseOf(workerId, file);
    }
    throw new ParleyError('unavailable', 'Every worker id is taken.');
  }

  /** Nobody else writes here. */
  onTaken(): void {}

  async check(): Promise<void> {
    this.requireOpen();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const file of this.leases) file.close();
    this.leases.clear();
    this.claims.clear();
    this.nodes.clear();
    this.watchers.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private requireOpen(): void {
    if (this.isClosed) throw new ParleyError('unavailable', 'The registry is closed.');
  }

  private of(role: Role): readonly RegisteredNode[] {
    return [...this.nodes.values()].filter((node) => node.role === role);
  }

  private set(key: string, node: RegisteredNode): void {
    this.nodes.set(key, node);
    this.tell(node.role);
  }

  private tell(role: Role): void {
    for (const watcher of this.watchers.get(role) ?? []) watcher(this.of(role));
  }

  private leaseOf(workerId: number, file: WorkerFile): WorkerLease {
    this.leases.add(file);
    return {
      workerId,
      highWaterMs: file.highWaterMs,
      report: async (timeMs) => {
        this.requireOpen();
        file.report(timeMs);
      },
      // The operating system holds the lock as long as the process lives: it cannot be lost.
      onLost: () => undefined,
      release: async () => {
        if (this.leases.delete(file)) file.close();
      },
    };
  }
}
