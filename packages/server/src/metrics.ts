import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Refusals } from './refusals.ts';
import { RpcFigures } from './rpc-figures.ts';

type Numbers<Name extends string> = { readonly [Key in Name]: number };
type ConnectNumbers = Numbers<
  'connections' | 'streams' | 'topics' | 'commandsInFlight' | 'framesIn' | 'pushFramesOut' | 'pushBytesOut'
>;
type TaskNumbers = Numbers<'taken' | 'waiting' | 'lagging'>;
/** Those that are listed: `site` meets nobody. */
const roles = ['api', 'logic', 'connect', 'task', 'id'] as const;
type RoleName = (typeof roles)[number];
type QueueDepth = Numbers<'waiting' | 'taken' | 'dead'>;

/** Where the figures come from; what a process does not have is left out. */
export interface MetricSources {
  readonly connect?: () => ConnectNumbers;
  readonly task?: () => TaskNumbers;
  readonly queue?: () => Promise<QueueDepth>;
  /** How many nodes the registry lists with a role. */
  readonly nodes?: (role: RoleName) => Promise<number>;
  /** Of each role that refuses. */
  readonly refusals?: readonly Refusals[];
}

export interface Metrics {
  readonly figures: Registry;
  readonly rpc: RpcFigures;
  /** Read from the roles when asked for, so that nothing is counted twice. Once. */
  add(sources: MetricSources): void;
}

/** What the operations port shows. */
export function createMetrics(): Metrics {
  const figures = new Registry();
  collectDefaultMetrics({ register: figures, prefix: 'parley_' });
  return { figures, rpc: new RpcFigures(figures), add: (sources) => addSources(figures, sources) };
}

function addSources(registry: Registry, { connect, task, queue, nodes, refusals }: MetricSources): void {
  if (connect !== undefined) addConnect(registry, connect);
  if (task !== undefined) addTask(registry, task);
  if (queue !== undefined) addQueue(registry, queue);
  if (nodes !== undefined) addNodes(registry, nodes);
  if (refusals !== undefined) addRefusals(registry, refusals);
}

type Read = () => number;

const gauge = (registry: Registry, [name, help]: readonly [string, string], read: Read): Gauge =>
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });

/** A counter that lives elsewhere. */
const counter = (registry: Registry, [name, help]: readonly [string, string], read: Read): Counter =>
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });

function addConnect(registry: Registry, read: () => ConnectNumbers): void {
  gauge(registry, ['parley_connections', 'Open sockets.'], () => read().connections);
  gauge(registry, ['parley_streams', 'Those of them over HTTP.'], () => read().streams);
  gauge(registry, ['parley_topics', 'Topics with a listener on this node.'], () => read().topics);
  gauge(registry, ['parley_commands_in_flight', 'Commands not answered yet.'], () => read().commandsInFlight);
  counter(registry, ['parley_frames_in_total', 'Frames that clients sent.'], () => read().framesIn);
  counter(
    registry,
    ['parley_push_frames_out_total', 'Pushed frames, one for each listener.'],
    () => read().pushFramesOut,
  );
  counter(registry, ['parley_push_bytes_out_total', 'Their bytes.'], () => read().pushBytesOut);
}

function addTask(registry: Registry, read: () => TaskNumbers): void {
  counter(registry, ['parley_deliveries_taken_total', 'Deliveries taken from the queue.'], () => read().taken);
  gauge(registry, ['parley_deliveries_waiting', 'Deliveries on their way to nodes.'], () => read().waiting);
  gauge(registry, ['parley_nodes_lagging', 'Connect nodes that did not answer in time.'], () => read().lagging);
}

function addQueue(registry: Registry, depth: () => Promise<QueueDepth>): void {
  const entries = new Gauge({
    name: 'parley_queue_entries',
    help: 'Queue entries by state, of all partitions: the same from every process, so max, not sum; taken, on some engines, is of this process.',
    labelNames: ['state'],
    registers: [],
    async collect() {
      await known(this, async () => {
        for (const [state, count] of Object.entries(await depth())) this.set({ state }, count);
      });
    },
  });
  registry.registerMetric(entries);
}

/** What an engine that does not answer would say is left out, and the rest is told. */
async function known(figure: Gauge, ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
  } catch {
    figure.reset(); // `/readyz` names the engine; an old number would hide it.
  }
}

function addNodes(registry: Registry, count: (role: RoleName) => Promise<number>): void {
  const listed = new Gauge({
    name: 'parley_registry_nodes',
    help: 'Processes with a role, as the registry lists them: the same from every process, so max, not sum.',
    labelNames: ['role'],
    registers: [],
    async collect() {
      await known(this, async () => {
        for (const role of roles) this.set({ role }, await count(role));
      });
    },
  });
  registry.registerMetric(listed);
}

function addRefusals(registry: Registry, refusals: readonly Refusals[]): void {
  const refused = new Counter({
    name: 'parley_refused_total',
    help: 'Commands that were refused, by the code of the error; busy means overload.',
    labelNames: ['reason'],
    registers: [],
    collect() {
      this.reset();
      for (const each of refusals) for (const [reason, count] of each.all()) this.inc({ reason }, count);
    },
  });
  registry.registerMetric(refused);
}
