import type { Clock } from '../clock.ts';
import type { LeasedIds } from '../ids/leased-ids.ts';
import type { Log } from '../log.ts';
import type { Presence } from '../presence/presence.ts';
import type { Queue } from '../queue/queue.ts';
import type { Registry, Role } from '../registry/registry.ts';
import type { Store } from '../store/store.ts';
import type { Calls } from './open-calls.ts';

/** What roles stand on: one of each to a process, opened when a role of it needs it. */
export interface Engines {
  readonly store: Store;
  readonly registry: Registry;
  readonly presence: Presence;
  /** Between roles, here and in other processes. */
  readonly calls: Calls;
  readonly ids: LeasedIds;
  readonly queue: Queue;
}
export type EngineName = keyof Engines;

/** What costs nothing to have. */
export interface Basics {
  readonly clock: Clock;
  readonly log: Log;
}

/** Which role needs which engine. A role's start gets these and no others. */
export const roleEngines = {
  logic: ['store', 'registry', 'presence', 'calls', 'ids', 'queue'],
  connect: ['registry', 'presence', 'calls'],
  task: ['registry', 'presence', 'calls', 'queue'],
  api: ['registry', 'calls'],
  id: ['registry', 'ids'],
  site: [],
} as const satisfies Readonly<Record<Role, readonly EngineName[]>>;

export type EnginesOf<R extends Role> = Basics & Pick<Engines, (typeof roleEngines)[R][number]>;

/** What a process with these roles has to open. */
export function enginesFor(roles: readonly Role[]): ReadonlySet<EngineName> {
  return new Set(roles.flatMap((role): readonly EngineName[] => roleEngines[role]));
}
