import { afterEach, describe, expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import type { Delivery } from '../delivery.ts';
import { topicOf } from '../delivery.ts';
import { samples } from './conformance-samples.ts';
import type { CommandCall, ConnectService, LogicService, Rpc, ServiceName, Services } from './rpc.ts';

export interface RpcPair {
  readonly caller: Rpc;
  /** The same object where there is but one process. */
  readonly callee: Rpc;
  readonly calleeNodeId: string;
}

export interface RpcHarness {
  /** Two ends that know each other; every role is looked for at `calleeNodeId`. */
  open(options: { readonly deadlineMs: number }): Promise<RpcPair>;
}

/** The rules of `rpc.ts`. An adapter's test calls this once. */
export function rpcConformance(name: string, harness: RpcHarness): void {
  const opened: RpcPair[] = [];
  const open = async (deadlineMs = 5_000): Promise<RpcPair> => {
    const pair = await harness.open({ deadlineMs });
    opened.push(pair);
    return pair;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).flatMap(({ caller, callee }) => [caller.close(), callee.close()]));
  });

  describe(`rpc: ${name}`, () => {
    test('C1 a call answers what the service answered', async () => {
      const { caller, callee } = await open();
      callee.serve('logic', { ...idleLogic, handle: async (calls) => calls.map((call) => ({ result: call.params })) });
      expect(await caller.call('logic').handle([call({ text: '你好 🙂', n: 1 })])).toEqual([
        { result: { text: '你好 🙂', n: 1 } },
      ]);
    });

    test('C1 an error keeps its code, message, fields and retry delay', async () => {
      const { caller, callee } = await open();
      const fields = [{ pointer: '/text', message: 'too long' }];
      const refusal = new ParleyError('rate-limited', 'Slowly.', { fields, retryAfterMs: 1_234 });
      callee.serve('logic', { ...idleLogic, handle: () => Promise.reject(refusal) });
      const error = await caught(caller.call('logic').handle([call({})]));
      expect(error).toBeInstanceOf(ParleyError);
      expect(error).toMatchObject({ code: 'rate-limited', message: 'Slowly.', fields, retryAfterMs: 1_234 });
    });

    test('C1 a named node and any node answer alike', async () => {
      const { caller, callee, calleeNodeId } = await open();
      const listened: string[] = [];
      const listeners: ConnectService['listeners'] = async (topic, limit) => {
        listened.push(`${topic} ${limit}`);
        return { userIds: [1, 2], count: 2 };
      };
      callee.serve('connect', { ...idleConnect, listeners });
      const topic = topicOf.conversation(7);
      expect(await caller.call('connect').listeners(topic, 5)).toEqual({ userIds: [1, 2], count: 2 });
      expect(await caller.call('connect', calleeNodeId).listeners(topic, 6)).toEqual({ userIds: [1, 2], count: 2 });
      expect(listened).toEqual(['c:7 5', 'c:7 6']);
    });

    test('C2 a call to a service that hangs ends with deadline-exceeded', async () => {
      const { caller, callee } = await open(40);
      callee.serve('logic', { ...idleLogic, heads: () => new Promise(() => undefined) });
      expect(await caught(caller.call('logic').heads([1]))).toMatchObject({ code: 'deadline-exceeded' });
    });

    test('C2 a call that hangs ends alone', async () => {
      const { caller, callee } = await open(60);
      callee.serve('logic', { ...idleLogic, heads: hangsAtOne });
      const hanging = caught(caller.call('logic').heads([1]));
      expect(await caller.call('logic').heads([2])).toEqual([]);
      expect(await hanging).toMatchObject({ code: 'deadline-exceeded' });
      expect(await caller.call('logic').heads([3])).toEqual([]);
    });

    test('C3 a role nobody serves, a node that is not there and a stopped service are unavailable', async () => {
      const { caller, callee } = await open();
      expect(await caught(caller.call('logic').heads([1]))).toMatchObject({ code: 'unavailable' });
      const stop = callee.serve('logic', idleLogic);
      expect(await caught(caller.call('logic', 'nowhere').heads([1]))).toMatchObject({ code: 'unavailable' });
      expect(await caller.call('logic').heads([1])).toEqual([]);
      stop();
      expect(await caught(caller.call('logic').heads([1]))).toMatchObject({ code: 'unavailable' });
    });

    test('C4 calls to one node arrive in the order they were made', async () => {
      const { caller, callee, calleeNodeId } = await open();
      const arrived: number[] = [];
      const deliver: ConnectService['deliver'] = async (batch) => {
        for (const { push } of batch) if (push.push === 'conversation.head') arrived.push(push.version);
      };
      callee.serve('connect', { ...idleConnect, deliver });
      const connect = caller.call('connect', calleeNodeId);
      const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
      await Promise.all(numbers.map((version) => connect.deliver([head(version)])));
      expect(arrived).toEqual(numbers);
    });

    test('C5 calls after close reject with unavailable, and what runs may finish', async () => {
      const { caller, callee } = await open();
      const release = Promise.withResolvers<void>();
      const started = Promise.withResolvers<void>();
      const heads: LogicService['heads'] = async () => {
        started.resolve();
        await release.promise;
        return [{ conversationId: 1, version: 2, seq: 2 }];
      };
      callee.serve('logic', { ...idleLogic, heads });
      const running = caller.call('logic').heads([1]);
      await started.promise;
      const closed = caller.close();
      expect(await caught(caller.call('logic').heads([1]))).toMatchObject({ code: 'unavailable' });
      release.resolve();
      expect(await running).toEqual([{ conversationId: 1, version: 2, seq: 2 }]);
      await closed;
    });

    test('C6 a service that throws a defect answers internal, without its details', async () => {
      const { caller, callee } = await open();
      callee.serve('logic', { ...idleLogic, heads: defect, closed: async () => defect() });
      for (const defective of [caller.call('logic').heads([1]), caller.call('logic').closed([])]) {
        const error = await caught(defective);
        expect(error).toMatchObject({ code: 'internal' });
        expect(`${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain('secret');
      }
    });

    for (const role of Object.keys(samples) as ServiceName[])
      test(`C7 everything that ${role} takes and gives arrives as it was sent`, async () => {
        const { caller, callee, calleeNodeId } = await open();
        const arrived: Record<string, unknown> = {};
        callee.serve(role, answeringSamples(role, arrived));
        for (const [method, { args, result }] of Object.entries<AnySample>(samples[role])) {
          const service = caller.call(role, calleeNodeId) as unknown as AnyService;
          expect(await service[method]?.(...args)).toStrictEqual(result);
          expect(arrived[method]).toStrictEqual(args);
        }
      });
  });
}

interface AnySample {
  readonly args: readonly unknown[];
  readonly result: unknown;
}
type AnyService = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

/** Keeps what came to each method and answers its sample. */
function answeringSamples<R extends ServiceName>(role: R, arrived: Record<string, unknown>): Services[R] {
  const methods = Object.entries<AnySample>(samples[role]).map(([method, { result }]) => [
    method,
    async (...args: readonly unknown[]) => {
      arrived[method] = args;
      return result;
    },
  ]);
  return Object.fromEntries(methods) as Services[R];
}

const hangsAtOne: LogicService['heads'] = (ids) => (ids[0] === 1 ? new Promise(() => undefined) : Promise.resolve([]));

const defect = (): never => {
  throw new Error('the secret path');
};

const idleLogic: LogicService = {
  handle: async (calls) => calls.map(() => ({ result: {} })),
  closed: async () => undefined,
  heads: async () => [],
  membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 1, seq: 1 })),
};

const idleConnect: ConnectService = {
  deliver: async () => undefined,
  listeners: async () => ({ userIds: [], count: 0 }),
  subscribe: async () => undefined,
  end: async () => undefined,
  post: async () => undefined,
};

function call(params: unknown): CommandCall {
  return { command: 'session.ping', params, caller: { address: '127.0.0.1', requestId: 'r1' } };
}

function head(version: number): Delivery {
  return {
    topic: topicOf.conversation(1),
    push: { push: 'conversation.head', conversationId: 1, version, seq: version },
  };
}

async function caught(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => 'resolved',
    (error: unknown) => error,
  );
}
