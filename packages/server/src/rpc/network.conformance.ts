import { afterEach, describe, expect, test } from 'bun:test';
import { topicOf } from '../delivery.ts';
import type { CommandCall, CommandOutcome, Head, Rpc } from './rpc.ts';

/** A node in a process of its own. What it serves is `ScriptedNode` of `packages/server/test/rpc/scripted-node.ts`. */
export interface RemoteNode {
  readonly nodeId: string;
  readonly bootId: string;
  kill(): Promise<void>;
  /** It keeps its sockets and does nothing. */
  pause(): void;
  resume(): void;
  /** A new start under the same id and address, which is not listed until `list`. */
  restart(): Promise<void>;
  /** Names the present start in the registry. */
  list(): void;
}

export interface Network {
  readonly caller: Rpc;
  /** Starts a node and lists it. */
  start(nodeId: string): Promise<RemoteNode>;
  /** Another caller, which has a wrong secret. */
  readonly stranger: Rpc;
  close(): Promise<void>;
}

export interface NetworkHarness {
  open(options: { readonly deadlineMs: number; readonly hungMs: number }): Promise<Network>;
}

/** So long that a test which waited for it would fail. */
const never = 600_000;

/** The rules of `rpc.ts` for adapters between processes. Such an adapter's test calls this once. */
export function networkConformance(name: string, harness: NetworkHarness): void {
  const opened: Network[] = [];
  const open = async (deadlineMs = never, hungMs = never): Promise<Network> => {
    const network = await harness.open({ deadlineMs, hungMs });
    opened.push(network);
    return network;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((network) => network.close()));
  });

  describe(`rpc between processes: ${name}`, () => {
    test('C8 a command at a node that is killed ends as unknown at once, and is not made again elsewhere', async () => {
      const { caller, start } = await open();
      const nodes = [await start('a'), await start('b')];
      const hanging = caught(caller.call('logic').handle([command('hang')]));
      const at = await untilBegun(caller, nodes, 'hang');
      await at.kill();
      expect(await hanging).toMatchObject({ code: 'deadline-exceeded' });
      const other = nodes.find((node) => node !== at);
      expect(await begunAt(caller, other?.nodeId ?? '', 'hang')).toBe(0);
    });

    test('C8 a reading call at a node that is killed is made again elsewhere', async () => {
      const { caller, start } = await open();
      const nodes = [await start('a'), await start('b')];
      const heads = caller.call('logic').heads([headOf.firstHangs]);
      const at = await untilBegun(caller, nodes, 'heads');
      await at.kill();
      expect(await heads).toEqual(headOf.answer);
    });

    test('C8 C9 commands for a node that cannot be reached any more go to another one', async () => {
      const { caller, start } = await open();
      const nodes = [await start('a'), await start('b')];
      await nodes[0]?.kill();
      for (let count = 0; count < 20; count++)
        expect(await outcomeOf(caller, command('echo', { count }))).toEqual({ result: { nodeId: 'b', count } });
      expect(await caught(caller.call('logic', 'a').heads([2]))).toMatchObject({ code: 'unavailable' });
    });

    test('C9 a node that hangs gets nothing new, its waiting calls go on elsewhere, and it is asked again', async () => {
      const { caller, start } = await open(never, 100);
      const [hung] = [await start('a'), await start('b')];
      hung.pause();
      const asked: Promise<unknown>[] = [];
      const isThrough = (): Promise<boolean> => isSettledSoon(asked.at(-1));
      do asked.push(outcomeOf(caller, command('echo')));
      while (!(await isThrough()) || asked.length < 10);
      // Now it has less to do than the other one.
      const busy = Array.from({ length: 100 }, () => command('hang'));
      for (const call of busy) void caught(caller.call('logic', 'b').handle([call]));
      for (let count = 0; count < 20; count++)
        expect(await outcomeOf(caller, command('echo'))).toEqual({ result: { nodeId: 'b' } });
      hung.resume();
      await Promise.all(asked);
      while ((await nodeOf(caller, command('echo'))) !== 'a');
    });

    test('C2 C9 a node that hangs is left alone after the deadline, and taken back when it answers', async () => {
      const { caller, start } = await open(500, 100);
      const node = await start('a');
      node.pause();
      expect(await caught(outcomeOf(caller, command('echo')))).toMatchObject({ code: 'deadline-exceeded' });
      node.resume();
      while ((await caught(nodeOf(caller, command('echo')))) !== 'a');
    });

    test('C9 calls with one key stay with one node, calls with many are shared, and only those of a lost node move', async () => {
      const { caller, start } = await open();
      const [first] = [await start('a'), await start('b'), await start('c')];
      const before = await homes(caller);
      expect(await homes(caller)).toEqual(before);
      expect(new Set(before)).toEqual(new Set(['a', 'b', 'c']));
      await first.kill();
      await caught(caller.call('logic', 'a').heads([2]));
      const after = await homes(caller);
      for (const [key, home] of before.entries())
        if (home !== 'a') expect(after[key]).toBe(home);
        else expect(after[key]).not.toBe('a');
    });

    test('C4 commands of one connection go to one node in their order, whatever they are about', async () => {
      const { caller, start } = await open();
      await Promise.all([start('a'), start('b')]);
      const connection = { nodeId: 'n', bootId: 'b', connectionId: '1' };
      const calls = Array.from({ length: 40 }, (_, conversationId) => {
        const { caller, ...rest } = command('echo', { conversationId });
        return { ...rest, caller: { ...caller, connection } };
      });
      const outcomes = await caller.call('logic').handle(calls);
      expect(outcomes.map(({ result }) => (result as { conversationId: number }).conversationId)).toEqual(
        calls.map((_, index) => index),
      );
      expect(new Set(outcomes.map(({ result }) => (result as { nodeId: string }).nodeId)).size).toBe(1);
    });

    test('C10 what a paused node was sent and never answered does not take effect behind what came later', async () => {
      const { caller, start } = await open(400, 100);
      const node = await start('a');
      const deliver = (version: number) => caught(caller.call('connect', 'a').deliver([head(version)]));
      expect(await deliver(1)).toBeUndefined();
      node.pause();
      for (let version = 2; version < 6; version++) await deliver(version);
      node.resume();
      while ((await deliver(6)) !== undefined);
      const { userIds: arrived } = await caller.call('connect', 'a').listeners(topicOf.conversation(1), 100);
      expect(arrived.at(-1)).toBe(6);
      expect(arrived).toEqual(arrived.toSorted((one, other) => one - other));
    });

    test('C13 what its caller gave up while the node was paused does not begin when it goes on', async () => {
      const { caller, start } = await open(400, 100);
      const node = await start('a');
      expect(await nodeOf(caller, command('echo'))).toBe('a');
      node.pause();
      expect(await caught(outcomeOf(caller, command('late')))).toMatchObject({ code: 'deadline-exceeded' });
      node.resume();
      while ((await caught(nodeOf(caller, command('echo')))) !== 'a');
      expect(await begunAt(caller, 'a', 'late')).toBe(0);
    });

    test('C11 the next start of a node takes no call meant for the last one, and all once it is listed', async () => {
      const { caller, start } = await open();
      const node = await start('a');
      expect(await nodeOf(caller, command('echo'))).toBe('a');
      const { bootId } = node;
      await node.kill();
      await node.restart();
      for (let count = 0; count < 5; count++)
        expect(await caught(caller.call('logic', 'a').handle([command('echo')]))).toMatchObject({
          code: 'unavailable',
        });
      node.list();
      expect(node.bootId).not.toBe(bootId);
      expect(await nodeOf(caller, command('echo'))).toBe('a');
      expect(await begunAt(caller, 'a', 'echo')).toBe(1);
    });

    test('C12 a caller with another secret is refused, and nothing begins', async () => {
      const { caller, stranger, start } = await open();
      await start('a');
      expect(await caught(outcomeOf(stranger, command('echo')))).toMatchObject({ code: 'unavailable' });
      expect(await begunAt(caller, 'a', 'echo')).toBe(0);
      expect(await nodeOf(caller, command('echo'))).toBe('a');
    });
  });
}

/** `heads` of this id hangs at the first node that is asked and answers at any other. */
const headOf = { firstHangs: 1, answer: [{ conversationId: 1, version: 1, seq: 1 }] satisfies Head[] };

function command(name: string, params: object = {}): CommandCall {
  return { command: name, params, caller: { address: '127.0.0.1', requestId: 'r1' } };
}

async function outcomeOf(rpc: Rpc, call: CommandCall): Promise<CommandOutcome | undefined> {
  return (await rpc.call('logic').handle([call]))[0];
}

async function nodeOf(rpc: Rpc, call: CommandCall): Promise<string | undefined> {
  return ((await outcomeOf(rpc, call))?.result as { readonly nodeId: string } | undefined)?.nodeId;
}

function homes(rpc: Rpc): Promise<(string | undefined)[]> {
  return Promise.all(Array.from({ length: 60 }, (_, id) => nodeOf(rpc, command('echo', { conversationId: id }))));
}

/** How many calls of this name have begun at the node. */
async function begunAt(rpc: Rpc, nodeId: string, name: string): Promise<number> {
  const outcomes = await rpc.call('logic', nodeId).handle([command('begun', { name })]);
  return (outcomes[0]?.result as { readonly begun: number } | undefined)?.begun ?? 0;
}

async function untilBegun(rpc: Rpc, nodes: readonly RemoteNode[], name: string): Promise<RemoteNode> {
  for (;;) for (const node of nodes) if ((await begunAt(rpc, node.nodeId, name)) > 0) return node;
}

function head(version: number) {
  const push = { push: 'conversation.head', conversationId: 1, version, seq: version } as const;
  return { topic: topicOf.conversation(1), push };
}

function isSettledSoon(work: Promise<unknown> | undefined): Promise<boolean> {
  return Promise.race([Promise.resolve(work).then(() => true), Bun.sleep(50).then(() => false)]);
}

async function caught(work: Promise<unknown>): Promise<unknown> {
  return await work.catch((error: unknown) => error);
}
