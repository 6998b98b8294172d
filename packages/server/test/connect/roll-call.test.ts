import { expect, test } from 'bun:test';
import { closeCodes, ParleyError } from '@parley/protocol';
import { topicOf } from '../../src/delivery.ts';
import { MemoryPresence } from '../../src/presence/memory.ts';
import { ManualClock } from '../manual-clock.ts';
import { nextTurn, pushed } from './pushed.ts';
import { TestNode } from './test-node.ts';

test('P2 I14 a sign-in whose answer was lost is told to be gone once its socket is, and its socket is not used for another', async () => {
  await using node = new TestNode();
  const gone = Promise.withResolvers<void>();
  node.logic.onGone = gone.resolve;
  const route = { userId: 5, deviceId: 7, nodeId: 'n1', bootId: 'b1', connectionId: '1' };
  node.logic.answers = async () => {
    await node.presence.addRoute(route);
    throw new ParleyError('deadline-exceeded');
  };
  const socket = await node.open();
  socket.command(1, 'session.hello', { token: '5' });
  expect((await socket.closeFrame()).code).toBe(closeCodes['auth-timeout'].code);
  while (node.connect.numbers().connections > 0) await new Promise((next) => setImmediate(next));
  node.advance(5_100);
  await gone.promise;
  expect(node.logic.gone).toEqual([
    { session: { userId: 5, deviceId: 7 }, nodeId: 'n1', bootId: 'b1', connectionId: '1' },
  ]);
});

test('P2 what an earlier connection left behind is found within a minute, and who is here is not told to be gone', async () => {
  await using node = new TestNode();
  const gone = Promise.withResolvers<void>();
  node.logic.onGone = gone.resolve;
  await node.signedIn(3);
  await node.presence.addRoute({ userId: 3, deviceId: 3, nodeId: 'n1', bootId: 'b1', connectionId: '1' });
  await node.presence.addRoute({ userId: 9, deviceId: 9, nodeId: 'n1', bootId: 'b1', connectionId: 'x' });
  for (let beat = 0; beat < 13; beat++) {
    node.advance(5_000);
    await nextTurn();
  }
  await gone.promise;
  expect(new Set(node.logic.gone.map(({ connectionId }) => connectionId))).toEqual(new Set(['x']));
});

test('P2 what cannot be told for now is told once when it can, however often it was found', async () => {
  await using node = new TestNode();
  await node.presence.addRoute({ userId: 9, deviceId: 9, nodeId: 'n1', bootId: 'b1', connectionId: 'x' });
  const told: string[][] = [];
  let isAway = true;
  const { logic } = node;
  node.rpc.serve('logic', {
    handle: (calls) => logic.handle(calls),
    heads: (ids) => logic.heads(ids),
    membersAmong: (listeners) => logic.membersAmong(listeners),
    async closed(connections) {
      if (isAway) throw new ParleyError('unavailable');
      told.push(connections.map(({ connectionId }) => connectionId));
    },
  });
  for (let beat = 0; beat < 39; beat++) {
    node.advance(5_000);
    await nextTurn();
  }
  isAway = false;
  node.advance(1_100);
  await nextTurn();
  expect(told).toEqual([['x']]);
});

test('D15 what could not be said again to a presence that forgot is said with the next beat', async () => {
  const presence = new ForgetfulPresence(new ManualClock());
  await using node = new TestNode({ presence });
  await node.signedIn(1, ['c:7']);
  await presence.forget();
  presence.isFailing = true;
  node.advance(5_100);
  await nextTurn();
  presence.isFailing = false;
  expect((await presence.nodesOf(['c:7'])).get('c:7')).toEqual([]);
  node.advance(5_100);
  await nextTurn();
  expect((await presence.nodesOf(['c:7'])).get('c:7')).toEqual(['n1']);
  expect((await presence.routesOf([1])).get(1)).toMatchObject([{ userId: 1, connectionId: '1' }]);
});

test('D7 D15 F3 what was lost with everything that presence knew is told as heads as soon as all was said again', async () => {
  const presence = new ForgetfulPresence(new ManualClock());
  await using node = new TestNode({ presence });
  await nextTurn();
  const groups = Array.from({ length: 700 }, (_, index) => index + 1);
  const socket = await node.signedIn(1, groups.map(topicOf.conversation));
  node.logic.headsAre = groups.map((conversationId) => ({ conversationId, version: 1, seq: 1 }));
  await presence.forget();
  // The beat, its two chunks of heads, and the grace for what is only late.
  for (const ms of [5_100, 200, 2_100]) {
    node.advance(ms);
    await nextTurn();
  }
  expect((await pushed(socket)).map(({ conversationId }) => conversationId)).toEqual(groups);
});

test('D15 P7 a node that cannot say all again counts as a listener of everything, however often it beats', async () => {
  const presence = new ForgetfulPresence(new ManualClock());
  await using node = new TestNode({ presence });
  await node.signedIn(1, ['c:7']);
  await presence.forget();
  presence.isFailing = true;
  for (let beat = 0; beat < 3; beat++) {
    node.advance(5_100);
    await nextTurn();
    expect((await presence.nodesOf(['c:7'], ['n1'])).get('c:7')).toEqual(['n1']);
  }
});

test('D15 a node that did not hear that it was forgotten says all of it with the next beat', async () => {
  const presence = new ForgetfulPresence(new ManualClock());
  await using node = new TestNode({ presence });
  await node.signedIn(1, ['c:7']);
  await presence.forget();
  presence.losesAnswers = true;
  node.advance(5_100);
  await nextTurn();
  presence.losesAnswers = false;
  node.advance(5_100);
  await nextTurn();
  expect((await presence.nodesOf(['c:7'])).get('c:7')).toEqual(['n1']);
  expect((await presence.routesOf([1])).get(1)).toMatchObject([{ userId: 1, connectionId: '1' }]);
});

/** Takes beats, and nothing else while it fails. */
class ForgetfulPresence extends MemoryPresence {
  isFailing = false;
  /** Nobody hears what came of a beat. */
  losesAnswers = false;

  /** As if it had been emptied. */
  async forget(): Promise<void> {
    for (const bootId of ['other', 'third']) await super.beat({ nodeId: 'n1', bootId });
  }

  override async beat(...args: Parameters<MemoryPresence['beat']>): ReturnType<MemoryPresence['beat']> {
    const answer = await super.beat(...args);
    if (this.losesAnswers) throw new ParleyError('deadline-exceeded');
    return answer;
  }

  override setInterest(...args: Parameters<MemoryPresence['setInterest']>): Promise<void> {
    return this.isFailing ? Promise.reject(new ParleyError('unavailable')) : super.setInterest(...args);
  }
}
