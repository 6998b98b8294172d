import { spelling } from '../config/config.ts';
import {
  NodeTaken,
  registryLimits,
  type NodeStart,
  type Registration,
  type Registry,
  type Role,
} from '../registry/registry.ts';
import type { Standing } from '../rpc/ask-start.ts';
import { StartError } from '../start-error.ts';

export interface ListingOptions {
  readonly registry: Registry;
  readonly node: NodeStart;
  /** Whether a start that is listed is still there. */
  readonly ask: (holder: NodeStart) => Promise<Standing>;
}

const retryMs = 500;
/** Whoever is listed for longer than this renews its lease, so it lives. */
const patienceMs = registryLimits.leaseTtlMs * 1.5;

/** What the registry says of this process: one entry for each of its roles. */
export class Listing {
  private readonly options: ListingOptions;
  private readonly roles: Role[] = [];
  private readonly registrations = new Map<Role, Registration>();
  private isLeaving = false;
  private isTaken = false;
  private isClaiming = false;
  private readonly taken = Promise.withResolvers<StartError>();
  /** Resolves when a later start has the node id: this process has to stop, because there must not be two of one id. */
  readonly lost = this.taken.promise;

  constructor(options: ListingOptions) {
    this.options = options;
  }

  /**
   * Makes the node id this process's own. An earlier start that is over is replaced; one that cannot be asked is waited for.
   * @throws StartError when another process lives under it.
   */
  async claim(): Promise<void> {
    this.options.registry.onTaken(() => void this.claimAgain());
    await this.claimOnce();
  }

  async add(role: Role): Promise<void> {
    this.roles.push(role);
    await this.register(role);
  }

  /** Others choose this process last. */
  async drain(): Promise<void> {
    this.isLeaving = true;
    await Promise.allSettled(Array.from(this.registrations.values(), (each) => each.drain()));
  }

  /** Others find this process no more. What the registry does not hear of now, it forgets by itself. */
  async end(): Promise<void> {
    this.isLeaving = true;
    const registrations = [...this.registrations.values()];
    this.registrations.clear();
    await Promise.allSettled(registrations.map((each) => each.unregister()));
  }

  private async claimOnce(): Promise<void> {
    const { registry, node, ask } = this.options;
    const dueMs = performance.now() + patienceMs;
    for (let replaces: string | undefined; ;) {
      const taken = await registry.claim(node, { replaces }).catch(ifTaken);
      if (taken === undefined) return;
      const standing = await ask(taken.holder);
      if (standing === 'lives' || performance.now() > dueMs) throw refusal(taken);
      replaces = standing === 'over' ? taken.holder.bootId : undefined;
      if (standing === 'silent') await Bun.sleep(retryMs);
    }
  }

  /** Another start has the id. A registry that went back to a former state may list one that is over; it is replaced like any. */
  private async claimAgain(): Promise<void> {
    this.isTaken = true;
    if (this.isClaiming) return;
    this.isClaiming = true;
    while (this.isTaken && !this.isLeaving) {
      // It may be taken once more before all is said again.
      this.isTaken = false;
      if (await this.tryAgain()) continue;
      this.isTaken = true;
      await Bun.sleep(retryMs);
    }
    this.isClaiming = false;
  }

  /** Resolves with whether it is settled whose the id is. */
  private async tryAgain(): Promise<boolean> {
    try {
      await this.claimOnce();
      for (const role of this.roles) await this.register(role);
      return true;
    } catch (error) {
      if (!(error instanceof StartError)) return false;
      this.taken.resolve(error);
      return true;
    }
  }

  private async register(role: Role): Promise<void> {
    const { registry, node } = this.options;
    const registration = await registry.register({ ...node, role, isDraining: false }).catch(refuseTaken);
    this.registrations.set(role, registration);
  }
}

function ifTaken(error: unknown): NodeTaken {
  if (error instanceof NodeTaken) return error;
  throw error;
}

/** @throws StartError */
function refuseTaken(error: unknown): never {
  throw refusal(ifTaken(error));
}

function refusal(cause: NodeTaken): StartError {
  const { nodeId, address } = cause.holder;
  const place = address === '' ? '' : `, at ${address}`;
  return new StartError(
    `Another process has ${spelling.file('nodeId')} = "${nodeId}"${place}. Give each its own (${spelling.environment('nodeId')}), or none: then it gets one by itself.`,
    { cause },
  );
}
