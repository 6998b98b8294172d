import { systemClock } from '../clock.ts';
import { httpAddress } from '../http-address.ts';
import { listenOn } from '../listen.ts';
import type { Registry } from '../registry/registry.ts';
import { DirectRpc } from '../rpc/direct.ts';
import { HttpRpc } from '../rpc/http.ts';
import type { NodeSource } from '../rpc/node-lines.ts';
import type { Rpc } from '../rpc/rpc.ts';
import { TracedRpc } from '../rpc/traced-rpc.ts';
import { isLinked } from './is-linked.ts';
import type { Opening } from './opening.ts';

/** How the roles of this process call others, and are called. */
export interface Calls {
  readonly rpc: Rpc;
  /** Where other nodes reach this one; empty when there are none. */
  readonly address: string;
  /** Takes no more calls of other nodes. Resolves when what they began has finished; calls from here go on. */
  drain(): Promise<void>;
}

/** Direct calls when all roles are in this process, HTTP when there are others. @throws StartError */
export function openCalls(opening: Opening, registry: Registry): Calls {
  const { config, log } = opening;
  const calls = isLinked(config) ? openHttp(opening, registry) : openDirect(opening);
  return config.logLevel === 'debug' ? { ...calls, rpc: new TracedRpc(calls.rpc, log) } : calls;
}

function openDirect({ node, log, metrics }: Opening): Calls {
  const onDefect = (error: unknown, place: string): void =>
    log.error({ error, place }, 'A defect in a call between roles');
  return {
    rpc: new DirectRpc({ nodeId: node.nodeId, onDefect, meter: metrics.rpc }),
    address: '',
    drain: async () => undefined,
  };
}

function openHttp({ config, node, log, metrics, closers }: Opening, registry: Registry): Calls {
  const { rpcHost: hostname, rpcPort, rpcSecret: secret, rpcAddress } = config;
  // The seed's service has no nodes of its own: it is served beside `logic`.
  const nodes: NodeSource = { watch: (role, onChange) => registry.watch(role === 'seed' ? 'logic' : role, onChange) };
  const rpc = new HttpRpc({ node, secret, nodes, log, clock: systemClock, meter: metrics.rpc });
  closers.push(() => rpc.close());
  const port = listenOn('rpcPort', rpcPort, () => rpc.listen({ hostname, port: rpcPort }));
  return { rpc, address: rpcAddress === '' ? httpAddress(hostname, port) : rpcAddress, drain: () => rpc.drain() };
}
