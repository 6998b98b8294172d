import { topicOf } from '../delivery.ts';
import type { FaultControl } from '../faults/fault-control.ts';
import { listenOn } from '../listen.ts';
import { startOps, type Checks, type Ops } from '../ops.ts';
import { defectsInto, type Opening } from './opening.ts';
import type { Engines } from './role-engines.ts';
import type { Exhibits } from './start-roles.ts';

/** What the process is made of, as far as it has it. */
export interface Parts {
  readonly engines: Partial<Engines>;
  readonly roles: Partial<Exhibits>;
  readonly faults?: FaultControl;
}

/** The operations port: figures and checks of what this process has. @throws StartError */
export function openOperations({ config, log, metrics }: Opening, parts: Parts): Ops {
  const { opsHost: host, opsPort: port } = config;
  measure(metrics, parts);
  const { faults } = parts;
  const place = { host, port, metrics: metrics.figures, onDefect: defectsInto(log) };
  const options = { ...place, ...checksOf(parts.engines), ...(faults === undefined ? {} : { faults }) };
  return listenOn('opsPort', port, () => startOps(options));
}

function measure(metrics: Opening['metrics'], { engines, roles }: Parts): void {
  const { queue, registry } = engines;
  const { connect, task, logic } = roles;
  metrics.add({
    ...(connect === undefined ? {} : { connect: () => connect.numbers() }),
    ...(task === undefined ? {} : { task: () => task.numbers() }),
    ...(queue === undefined ? {} : { queue: () => queue.depth() }),
    ...(registry === undefined ? {} : { nodes: async (role) => (await registry.list(role)).length }),
    refusals: [connect, logic].flatMap((role) => (role === undefined ? [] : [role.refusals])),
  });
}

/** Without the registry the last known nodes stay in use: that is told, and no reason to send nobody here. */
function checksOf({ store, queue, presence, registry, calls }: Partial<Engines>): {
  readonly checks: Checks;
  readonly tolerated: Checks;
} {
  return {
    checks: {
      ...(store === undefined
        ? {}
        : { store: () => store.db.selectFrom('settings').select('name').limit(1).execute() }),
      ...(queue === undefined ? {} : { queue: () => queue.depth() }),
      ...(presence === undefined ? {} : { presence: () => presence.nodesOf([topicOf.user(0)]) }),
      ...(calls === undefined ? {} : { logic: () => calls.rpc.call('logic').heads([]) }),
    },
    tolerated: registry === undefined ? {} : { registry: () => registry.check() },
  };
}
