/**
 * Which nodes live, and what each does.
 *
 * Rules every adapter passes (`registry.conformance.ts`):
 * - R1 A registered node is listed until it unregisters, closes, or stops renewing for `leaseTtlMs`.
 * - R2 `watch` calls at once with what is, then after every change; the last known list stays in use while the registry cannot be reached.
 * - R3 A worker id has one holder at a time. A holder that lost it is told through `onLost` as soon as that can be known, at the latest
 *   when its next `report` is refused. [D14]
 * - R4 The high-water time of a worker id is never behind what its last holder reported, so that the next one repeats no id even while
 *   the last one has not heard of its loss. [D14]
 * - R5 After `close` everything of this process is released and calls reject with `unavailable`.
 * - R6 A node id belongs to one start at a time: who claims or registers one that another start has is refused with `NodeTaken`,
 *   unless it replaces that start, whose entries then go. A start whose id another one has got nevertheless, as it may once its lease
 *   ran out, is told through `onTaken` as soon as that can be known.
 * - R7 Whatever was entered is entered again when it turns out not to be there.
 */
export interface Registry extends AsyncDisposable {
  /** Makes the id this start's until `close`, without listing it. @throws NodeTaken */
  claim(node: NodeStart, options?: ClaimOptions): Promise<void>;
  /** @throws NodeTaken */
  register(node: RegisteredNode): Promise<Registration>;
  list(role: Role): Promise<readonly RegisteredNode[]>;
  /** Returns the function that stops it. */
  watch(role: Role, onChange: (nodes: readonly RegisteredNode[]) => void): () => void;
  leaseWorkerId(): Promise<WorkerLease>;
  /** Called for a start of this process that has lost its id. Nothing of it is listed any more: it has to claim it again, or to stop. [R6] */
  onTaken(listener: (taken: NodeTaken) => void): void;
  /** Resolves when the registry answers. @throws ParleyError `unavailable` */
  check(): Promise<void>;
  close(): Promise<void>;
}

export const roleNames = ['api', 'logic', 'connect', 'task', 'site', 'id'] as const;
export type Role = (typeof roleNames)[number];

/** One process, from its start to its end. */
export interface NodeStart {
  readonly nodeId: string;
  readonly bootId: string;
  /** Where its rpc listens; empty in one process. */
  readonly address: string;
}

export interface RegisteredNode extends NodeStart {
  readonly role: Role;
  readonly isDraining: boolean;
}

export interface ClaimOptions {
  /** The boot id of a start that is known to be over. */
  readonly replaces?: string | undefined;
}

/** Another start has this node id. */
export class NodeTaken extends Error {
  override readonly name = 'NodeTaken';
  readonly holder: NodeStart;

  constructor(holder: NodeStart) {
    super(`Another process is ${holder.nodeId}.`);
    this.holder = holder;
  }
}

/** @throws NodeTaken when another start than the one that is replaced is among them. */
export function requireFree(
  held: Iterable<NodeStart>,
  { nodeId, bootId }: NodeStart,
  { replaces }: ClaimOptions,
): void {
  for (const each of held)
    if (each.nodeId === nodeId && each.bootId !== bootId && each.bootId !== replaces) throw new NodeTaken(each);
}

export interface Registration {
  /** Says that this node takes nothing new. */
  drain(): Promise<void>;
  unregister(): Promise<void>;
}

export interface WorkerLease {
  /** 0 to 1023. */
  readonly workerId: number;
  /** Ids up to this time may have been given out by an earlier holder. */
  readonly highWaterMs: number;
  /** Reports the time up to which ids were given out. */
  report(timeMs: number): Promise<void>;
  onLost(listener: () => void): void;
  release(): Promise<void>;
}

export const registryLimits = { leaseTtlMs: 10_000, workerIds: 1_024 } as const;
