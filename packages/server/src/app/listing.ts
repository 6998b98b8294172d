import type { NodeRef } from '../presence/presence.ts';
import type { Registration, Registry, Role } from '../registry/registry.ts';

/** What the registry says of this process: one entry for each of its roles. */
export class Listing {
  private readonly registry: Registry;
  private readonly node: NodeRef & { readonly address: string };
  private registrations: Registration[] = [];

  constructor(registry: Registry, node: NodeRef & { readonly address: string }) {
    this.registry = registry;
    this.node = node;
  }

  async add(role: Role): Promise<void> {
    this.registrations.push(await this.registry.register({ ...this.node, role, isDraining: false }));
  }

  /** Others choose this process last. */
  async drain(): Promise<void> {
    await Promise.allSettled(this.registrations.map((registration) => registration.drain()));
  }

  /** Others find this process no more. What the registry does not hear of now, it forgets by itself. */
  async end(): Promise<void> {
    await Promise.allSettled(this.registrations.splice(0).map((registration) => registration.unregister()));
  }
}
