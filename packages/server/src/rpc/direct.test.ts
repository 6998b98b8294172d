import { expect, test } from 'bun:test';
import { DirectRpc } from './direct.ts';
import { rpcConformance } from './rpc.conformance.ts';

rpcConformance('direct', {
  async open({ deadlineMs }) {
    const rpc = new DirectRpc({ nodeId: 'here', deadlineMs });
    return { caller: rpc, callee: rpc, calleeNodeId: 'here' };
  },
});

test('C4 a direct call has begun when it returns, on the caller’s own objects', async () => {
  await using rpc = new DirectRpc({ nodeId: 'here' });
  const asked = [1, 2];
  let seen: unknown;
  rpc.serve('logic', {
    handle: async () => [],
    closed: async () => undefined,
    heads: async (ids) => {
      seen = ids;
      return [];
    },
    membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 1, seq: 1 })),
  });
  const answered = rpc.call('logic').heads(asked);
  expect(seen).toBe(asked);
  await answered;
});

test('C6 a defect is told to whoever logs it', async () => {
  const told: unknown[] = [];
  await using rpc = new DirectRpc({ nodeId: 'here', onDefect: (error, place) => told.push(error, place) });
  const defect = new Error('a defect');
  rpc.serve('logic', {
    handle: async () => [],
    closed: async () => undefined,
    heads: () => Promise.reject(defect),
    membersAmong: () => Promise.reject(defect),
  });
  await rpc
    .call('logic')
    .heads([1])
    .catch(() => undefined);
  expect(told).toEqual([defect, 'logic.heads']);
});
