import { expect, test } from 'bun:test';
import { DirectRpc } from '../rpc/direct.ts';
import { rpcConformance } from '../rpc/rpc.conformance.ts';
import type { CommandCall, ConnectService, LogicService } from '../rpc/rpc.ts';
import { topicOf, type Delivery } from '../delivery.ts';
import type { FaultPoint } from './fault-points.ts';
import { Faults } from './faults.ts';
import { FaultyRpc } from './faulty-rpc.ts';

rpcConformance('behind fault points', {
  async open({ deadlineMs }) {
    const rpc = new FaultyRpc(new DirectRpc({ nodeId: 'here', deadlineMs }), new Faults());
    return { caller: rpc, callee: rpc, calleeNodeId: 'here' };
  },
});

/** What happened, in order: points that were passed, and what the services were asked. */
function recorded() {
  const seen: string[] = [];
  class Recording extends Faults {
    override at(name: FaultPoint): Promise<void> | undefined {
      seen.push(name);
      return super.at(name);
    }
  }
  const logic: LogicService = {
    handle: async (calls) => (seen.push(...calls.map(({ command }) => command)), calls.map(() => ({}))),
    closed: async () => undefined,
    heads: async () => [],
    membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 1, seq: 1 })),
  };
  const connect: ConnectService = {
    deliver: async (batch) => void seen.push(...batch.map(({ topic }) => topic)),
    listeners: async () => ({ userIds: [], count: 0 }),
    subscribe: async () => undefined,
    end: async () => undefined,
    post: async () => undefined,
  };
  const faults = new Recording();
  const rpc = new FaultyRpc(new DirectRpc({ nodeId: 'here' }), faults);
  rpc.serve('logic', logic);
  rpc.serve('connect', connect);
  return { rpc, seen, faults };
}

const call = (command: string): CommandCall => ({ command, params: {}, caller: { address: '', requestId: '' } });

test('F1 commands pass the points of what is among them, in the order of a message’s life', async () => {
  const { rpc, seen } = recorded();
  await rpc.call('logic').handle([call('message.send'), call('session.hello')]);
  expect(seen.splice(0)).toEqual([
    'command.received',
    'hello.before',
    'message.send',
    'session.hello',
    'welcome.before',
    'ack.before',
  ]);
  await rpc.call('logic').handle([call('message.sync')]);
  expect(seen).toEqual(['command.received', 'sync.before', 'message.sync']);
});

test('F1 a batch of deliveries passes a point before it is published, and before each of it where something is to happen', async () => {
  const { rpc, seen, faults } = recorded();
  const delivery = (id: number): Delivery => ({
    topic: topicOf.conversation(id),
    push: { push: 'typing', conversationId: id, userId: 1, isTyping: true },
  });
  await rpc.call('connect', 'here').deliver([delivery(1), delivery(2)]);
  expect(seen.splice(0)).toEqual(['deliver.before', 'publish.before', 'c:1', 'c:2', 'deliver.after']);
  faults.arm('publish.before', { action: 'stall', stallMs: 0, skip: 1, times: 1 });
  await rpc.call('connect', 'here').deliver([delivery(1), delivery(2)]);
  expect(seen).toEqual(['deliver.before', 'publish.before', 'c:1', 'publish.before', 'c:2', 'deliver.after']);
});
