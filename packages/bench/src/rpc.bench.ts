import { topicOf, type Delivery } from '@parley/server/src/delivery.ts';
import { HttpRpc } from '@parley/server/src/rpc/http.ts';
import type { RpcNode } from '@parley/server/src/rpc/node-line.ts';
import type { CommandCall, Rpc } from '@parley/server/src/rpc/rpc.ts';
import { cpuSecondsOf } from './measure/process-usage.ts';
import { summaryOf } from './measure/statistics.ts';

/**
 * Calls between two processes on loopback: lone calls, commands by size of the batch, deliveries. The callee does nothing but answer.
 * `bun rpc.bench.ts [seconds per round]`
 */
const rounds = 5;
const secondsPerRound = Number(process.argv[2] ?? 1);
const secret = '0123456789abcdef0123456789abcdef';
const text =
  'The quick brown fox jumps over the lazy dog, and then it does it again, because nobody looked the first time. 再来一次吧。';
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {
  // Nobody reads it.
}

/** The other process: prints its port and answers until it is killed. */
function serve(): void {
  const nodes = { watch: () => nothing };
  const rpc = new HttpRpc({ node: { nodeId: 'callee', bootId: 'boot' }, secret, nodes, log });
  rpc.serve('logic', {
    handle: async (calls) => calls.map((_, seq) => ({ result: { id: '9007199254740993', seq, version: seq } })),
    closed: async () => undefined,
    heads: async ([conversationId = 0]) => [{ conversationId, version: 1, seq: 1 }],
    membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 1, seq: 1 })),
  });
  rpc.serve('connect', {
    deliver: async () => undefined,
    listeners: async () => ({ userIds: [], count: 0 }),
    subscribe: async () => undefined,
    end: async () => undefined,
    post: async () => undefined,
  });
  process.stdout.write(`${rpc.listen({ hostname: '127.0.0.1', port: 0 })}\n`);
}

function command(number: number): CommandCall {
  const params = { conversationId: 1_000_000 + number, clientMsgId: `m-${number}`, content: { type: 'text', text } };
  const session = {
    userId: 1_000,
    deviceId: 2_000,
    userName: 'somebody',
    displayName: 'Somebody',
    kind: 'person',
    isAdmin: false,
    expiresAt: 2_000_000_000_000,
  } as const;
  const connection = { nodeId: 'caller', bootId: 'boot', connectionId: String(number) };
  return {
    command: 'message.send',
    params,
    caller: { session, address: '127.0.0.1', connection, requestId: `r${number}` },
  };
}

function delivery(seq: number): Delivery {
  const content = { type: 'text', text } as const;
  const message = {
    conversationId: 1_000_000,
    seq,
    id: '9007199254740993',
    version: seq,
    senderId: 1_000,
    clientMsgId: `m-${seq}`,
    createdAt: 1_790_000_000_000,
    content,
  };
  return { topic: topicOf.conversation(1_000_000), push: { push: 'message.changed', message } };
}

interface Work {
  readonly name: string;
  /** How many callers ask at once, each again when it was answered. */
  readonly callers: number;
  /** Messages or calls in one. */
  readonly size: number;
  readonly once: (rpc: Rpc) => Promise<unknown>;
}

const commands = (count: number) => Array.from({ length: count }, (_, index) => command(index));
const deliveries = Array.from({ length: 256 }, (_, index) => delivery(index + 1));
const one = commands(1);
const hundred = commands(100);
const works: readonly Work[] = [
  { name: 'lone calls, one caller', callers: 1, size: 1, once: (rpc) => rpc.call('logic').heads([1]) },
  { name: 'lone calls, 64 callers', callers: 64, size: 1, once: (rpc) => rpc.call('logic').heads([1]) },
  { name: 'commands one by one, 256 callers', callers: 256, size: 1, once: (rpc) => rpc.call('logic').handle(one) },
  { name: 'commands by 100, 4 callers', callers: 4, size: 100, once: (rpc) => rpc.call('logic').handle(hundred) },
  {
    name: 'deliveries by 256, one caller',
    callers: 1,
    size: 256,
    once: (rpc) => rpc.call('connect', 'callee').deliver(deliveries),
  },
];

interface Rates {
  readonly wall: number;
  readonly caller: number;
  readonly callee: number;
}

async function round({ callers, size, once }: Work, rpc: Rpc, pid: number): Promise<Rates> {
  const began = performance.now();
  const [callerBegan, calleeBegan] = [cpuSecondsOf(process.pid), cpuSecondsOf(pid)];
  const until = began + secondsPerRound * 1_000;
  let done = 0;
  const caller = async (): Promise<void> => {
    for (; performance.now() < until; done += size) await once(rpc);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return {
    wall: (done / (performance.now() - began)) * 1_000,
    caller: done / (cpuSecondsOf(process.pid) - callerBegan),
    callee: done / (cpuSecondsOf(pid) - calleeBegan),
  };
}

async function measure(): Promise<void> {
  const child = Bun.spawn([process.execPath, import.meta.path, 'serve'], { stdout: 'pipe', stderr: 'inherit' });
  const { value } = await child.stdout.getReader().read();
  const address = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`;
  const listed: RpcNode[] = [{ nodeId: 'callee', bootId: 'boot', address, isDraining: false }];
  const watch = (_role: string, onChange: (nodes: readonly RpcNode[]) => void) => (onChange(listed), nothing);
  const rpc = new HttpRpc({ node: { nodeId: 'caller', bootId: 'boot' }, secret, nodes: { watch }, log });
  for (const work of works) {
    const results: Rates[] = [];
    for (let count = 0; count < rounds; count++) results.push(await round(work, rpc, child.pid));
    const median = (key: keyof Rates) =>
      Math.round(summaryOf(results.map((result) => result[key])).median).toLocaleString('en');
    process.stdout.write(
      `${work.name}: ${median('wall')}/s; per CPU second of the caller ${median('caller')}, of the callee ${median('callee')}\n`,
    );
  }
  await rpc.close();
  child.kill();
}

if (process.argv[2] === 'serve') serve();
else await measure();
