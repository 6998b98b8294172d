import { expect, test } from 'bun:test';
import { openTestLogic, testNode } from '../../test/test-logic.ts';
import { topicOf } from '../delivery.ts';
import type { Store } from '../store/store.ts';
import { closeConnections } from './close-connections.ts';

test('[P1] the end of the last connection makes a user offline and last seen now; an earlier one does not', async () => {
  await using logic = await openTestLogic();
  const session = await logic.user('ann');
  const closed = (connectionId: string) => ({ session, ...testNode, connectionId });
  const { userId, deviceId } = session;
  for (const connectionId of ['one', 'two'])
    await logic.ports.presence.addRoute({ ...testNode, userId, deviceId, connectionId });
  logic.clock.advance(5_000);
  await logic.logic.closed([closed('one')]);
  expect(await logic.pushesTo(topicOf.presence(userId))).toEqual([]);
  await logic.logic.closed([closed('two'), closed('never there')]);
  const presence = { userId, isOnline: false, lastSeenAt: logic.clock.now() };
  expect(await logic.pushesTo(topicOf.presence(userId))).toEqual([{ push: 'presence', presence }]);
});

test('[P1] D15 whose end could not be written goes offline when it is told again', async () => {
  await using logic = await openTestLogic();
  const session = await logic.user('ann');
  const { userId, deviceId } = session;
  await logic.ports.presence.addRoute({ ...testNode, userId, deviceId, connectionId: 'one' });
  const closed = [{ session, ...testNode, connectionId: 'one' }];
  const full = new Error('disk full');
  const store = { write: () => Promise.reject(full) } as unknown as Store;
  const enqueue = async (): Promise<void> => undefined;
  expect(await closeConnections({ ...logic.ports, store, enqueue }, closed).catch((error: unknown) => error)).toBe(
    full,
  );
  await logic.logic.closed(closed);
  const presence = { userId, isOnline: false, lastSeenAt: logic.clock.now() };
  expect(await logic.pushesTo(topicOf.presence(userId))).toEqual([{ push: 'presence', presence }]);
});

test('of whoever hides when they were here nothing is said, from the moment they hide', async () => {
  await using logic = await openTestLogic();
  const session = await logic.user('ann');
  const { userId, deviceId } = session;
  await logic.ports.presence.addRoute({ ...testNode, userId, deviceId, connectionId: 'one' });
  await logic.call('account.update', { lastSeenVisibility: 'nobody' }, session);
  await logic.logic.closed([{ session, ...testNode, connectionId: 'one' }]);
  const hidden = { push: 'presence', presence: { userId, isOnline: false } } as const;
  expect(await logic.pushesTo(topicOf.presence(userId))).toEqual([hidden]);
});

test('whoever shows themselves again is seen as they are', async () => {
  await using logic = await openTestLogic();
  const session = await logic.user('ann');
  const { userId, deviceId } = session;
  await logic.ports.presence.addRoute({ ...testNode, userId, deviceId, connectionId: 'one' });
  await logic.call('account.update', { lastSeenVisibility: 'nobody' }, session);
  await logic.call('account.update', { lastSeenVisibility: 'everyone' }, session);
  const shown = { push: 'presence', presence: { userId, isOnline: true } } as const;
  expect((await logic.pushesTo(topicOf.presence(userId))).at(-1)).toEqual(shown);
});
