import { describe, expect, test } from 'bun:test';
import { limits } from '@parley/protocol';
import { openTestLogic, testNode, type TestLogic } from '../../test/test-logic.ts';
import { rpcLimits } from '../rpc/rpc.ts';
import type { Session } from '../session.ts';
import { lobbyId } from './lobby.ts';

async function hello(logic: TestLogic, token: string, since?: number) {
  const caller = logic.socketOf(undefined, 'socket-1');
  const params = { token, ...(since === undefined ? {} : { since }) };
  const outcome = await logic.outcome('session.hello', params, caller);
  if (outcome.error !== undefined) throw new Error(outcome.error.code);
  const result = outcome.result as Awaited<ReturnType<typeof logic.call<'session.hello'>>>;
  return { result, effects: outcome.effects ?? {} };
}

const text = (conversationId: number) =>
  ({ conversationId, clientMsgId: crypto.randomUUID(), content: { type: 'text', text: 'hi' } }) as const;

describe('session.hello', () => {
  test('D6 subscribes before it reads: what is committed in between is in the answer', async () => {
    await using logic = await openTestLogic();
    const { session, token } = await logic.signedIn('ann');
    const ben = await logic.user('ben');
    const made = await logic.call('conversation.direct', { userId: ben.userId }, session);
    const conversationId = made.conversation.id;
    const order: string[] = [];
    logic.seen.subscribe = async (connectionId, topics) => {
      order.push(connectionId, ...topics);
      await logic.call('message.send', text(conversationId), ben);
    };
    const { result } = await hello(logic, token);
    expect(order.slice(0, 2)).toEqual(['socket-1', `u:${session.userId}`]);
    expect(order.slice(2).toSorted()).toEqual([`c:${conversationId}`, 'h:1']);
    expect(result.conversations.find(({ id }) => id === conversationId)?.seq).toBe(1);
  });

  test('D8 whoever is put out while their socket signs in does not go on listening', async () => {
    await using logic = await openTestLogic();
    const { session, token } = await logic.signedIn('ann');
    const ben = await logic.user('ben');
    const memberIds = [session.userId];
    const made = await logic.call('conversation.create', { kind: 'group', title: 'x', memberIds }, ben);
    const conversationId = made.conversation.id;
    logic.seen.subscribe = async () => {
      await logic.call('member.remove', { conversationId, userId: session.userId }, ben);
    };
    const { result, effects } = await hello(logic, token);
    expect(result.conversations.map(({ id }) => id)).toEqual([1]);
    expect(effects.unsubscribe).toEqual([`c:${conversationId}`]);
    expect(effects.subscribe).not.toContain(`c:${conversationId}`);
  });

  test('D12 a sign-in that took so long that nobody waits for it any more is taken back, and nobody stays online for it', async () => {
    await using logic = await openTestLogic();
    const { session, token } = await logic.signedIn('ann');
    logic.seen.subscribe = async () => logic.clock.advance(rpcLimits.deadlineMs);
    await expect(hello(logic, token)).rejects.toThrow('deadline-exceeded');
    const routes = await logic.ports.presence.routesOf([session.userId]);
    expect(routes.get(session.userId)).toEqual([]);
    const told = await logic.pushesTo(`p:${session.userId}`);
    expect(told).toMatchObject([{ presence: { isOnline: true } }, { presence: { isOnline: false } }]);
  });

  test('answers the account, this device and where the user stands', async () => {
    await using logic = await openTestLogic();
    const { session, token, device } = await logic.signedIn('ann');
    const { result, effects } = await hello(logic, token);
    expect(result).toMatchObject({
      account: { id: session.userId, name: 'ann' },
      device: { id: device.id, isCurrent: true },
      connectionId: 'socket-1',
      heartbeatIntervalMs: limits.heartbeatIntervalMs,
      isReset: false,
      removedIds: [],
      asOf: logic.clock.now(),
    });
    expect(effects.session).toMatchObject({ userId: session.userId, deviceId: device.id });
  });

  test('a wrong token and a caller without a socket are refused, and leave no route behind', async () => {
    await using logic = await openTestLogic();
    const { session, token } = await logic.signedIn('ann');
    await expect(hello(logic, 'nonsense')).rejects.toThrow('unauthenticated');
    const { error } = await logic.outcome('session.hello', { token }, {});
    expect(error?.code).toBe('socket-only');
    logic.seen.subscribe = () => Promise.reject(new Error('the node is gone'));
    await expect(hello(logic, token)).rejects.toThrow();
    await logic.delivered();
    const routes = await logic.ports.presence.routesOf([session.userId]);
    expect(routes.get(session.userId) ?? []).toEqual([]);
  });
});

describe('session.changes', () => {
  async function changedIds(logic: TestLogic, session: Session, since?: number) {
    const answer = await logic.call('session.changes', since === undefined ? {} : { since }, session);
    // The lobby is as old as the database, by the real clock.
    return answer.conversations.map(({ id }) => id).filter((id) => id !== lobbyId);
  }

  test('D6 tells what changed after `since`, with an overlap for what became visible late', async () => {
    await using logic = await openTestLogic();
    const ann = await logic.user('ann');
    const rooms: number[] = [];
    for (const title of ['a', 'b', 'c']) {
      const { conversation } = await logic.call('conversation.create', { kind: 'room', title }, ann);
      rooms.push(conversation.id);
    }
    logic.clock.advance(60_001);
    const { asOf } = await logic.call('session.changes', {}, ann);
    expect(await changedIds(logic, ann, asOf)).toEqual([]);
    logic.clock.advance(1);
    await logic.call('message.send', text(rooms[1] ?? 0), ann);
    expect(await changedIds(logic, ann, asOf)).toEqual([rooms[1] ?? 0]);
    logic.clock.advance(59_999);
    expect(await changedIds(logic, ann, logic.clock.now())).toEqual([rooms[1] ?? 0]);
    logic.clock.advance(2);
    expect(await changedIds(logic, ann, logic.clock.now())).toEqual([]);
    expect(await changedIds(logic, ann)).toHaveLength(3);
  });

  test('D6 one’s own settings, cursors and hiding on another device are changes; leaving is told by id', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const made = await logic.call('conversation.create', { kind: 'room', title: 'x', memberIds: [ben.userId] }, ann);
    const conversationId = made.conversation.id;
    await logic.call('message.send', text(conversationId), ann);
    logic.clock.advance(200_000);
    const since = logic.clock.now() - 100_000;
    expect(await changedIds(logic, ben, since)).toEqual([]);
    await logic.call('cursor.advance', { conversationId, readSeq: 1 }, ben);
    expect(await changedIds(logic, ben, since)).toEqual([conversationId]);
    logic.clock.advance(200_000);
    const later = logic.clock.now() - 100_000;
    expect(await changedIds(logic, ben, later)).toEqual([]);
    await logic.call('message.hide', { conversationId, seq: 1 }, ben);
    expect(await changedIds(logic, ben, later)).toEqual([conversationId]);
    await logic.call('conversation.leave', { conversationId }, ben);
    const left = await logic.call('session.changes', { since }, ben);
    expect(left).toMatchObject({ conversations: [{ id: lobbyId }], removedIds: [conversationId], isReset: false });
  });

  test('D6 more than one answer holds is a reset, never silently cut', async () => {
    await using logic = await openTestLogic();
    const ann = await logic.user('ann');
    const now = logic.clock.now();
    await logic.ports.store.write(async (tx) => {
      for (let id = 1_000; id < 1_000 + limits.changesMax; id++) {
        const member = { conversation_id: id, user_id: ann.userId, role: 'member', status: 'active' } as const;
        const times = { changed_at: now, created_at: now };
        await tx
          .insertInto('conversations')
          .values({ id, kind: 'room', title: `${id}`, ...times })
          .execute();
        await tx
          .insertInto('members')
          .values({ ...member, join_seq: 0, joined_at: now, changed_at: now })
          .execute();
      }
    });
    const answer = await logic.call('session.changes', { since: now - 1 }, ann);
    expect(answer.isReset).toBe(true);
    expect(answer.conversations).toHaveLength(limits.changesMax);
    expect(answer.removedIds).toEqual([]);
  });
});

describe('presence', () => {
  test('the first socket makes a user online, the last one’s end makes them last seen', async () => {
    await using logic = await openTestLogic();
    const { session, token } = await logic.signedIn('ann');
    const ben = await logic.user('ben');
    const watched = await logic.outcome('presence.watch', { userIds: [session.userId, 9_999] }, logic.socketOf(ben));
    expect(watched.effects?.presence).toEqual([`p:${session.userId}`]);
    expect(watched.result).toEqual({ items: [{ userId: session.userId, isOnline: false }] });
    await hello(logic, token);
    await hello(logic, token);
    const { items } = await logic.call('presence.get', { userIds: [session.userId] }, ben);
    expect(items).toEqual([{ userId: session.userId, isOnline: true }]);
    logic.clock.advance(5);
    await logic.logic.closed([{ session, ...testNode, connectionId: 'socket-1' }]);
    expect((await logic.pushes('presence')).map(({ presence }) => presence)).toEqual([
      { userId: session.userId, isOnline: true },
      { userId: session.userId, isOnline: false, lastSeenAt: logic.clock.now() },
    ]);
  });

  test('whoever hides it, or has blocked the viewer, looks as if never here', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.signedIn('ann'), await logic.signedIn('ben')];
    const cat = await logic.user('cat');
    await logic.call('account.update', { lastSeenVisibility: 'nobody' }, ann.session);
    await logic.call('block.add', { userId: cat.userId }, ben.session);
    await hello(logic, ann.token);
    await hello(logic, ben.token);
    const userIds = [ann.session.userId, ben.session.userId];
    const { items } = await logic.call('presence.get', { userIds }, cat);
    expect(items).toEqual(userIds.map((userId) => ({ userId, isOnline: false })));
    const own = await logic.call('presence.get', { userIds }, ann.session);
    expect(own.items.every(({ isOnline }) => isOnline)).toBe(true);
    const watched = await logic.outcome('presence.watch', { userIds }, logic.socketOf(cat));
    expect(watched.effects?.presence).toEqual([`p:${ann.session.userId}`]);
    const pushed = (await logic.pushes('presence')).filter(({ presence }) => presence.userId === ann.session.userId);
    expect(pushed.every(({ presence }) => !presence.isOnline && presence.lastSeenAt === undefined)).toBe(true);
  });

  test('the count of a room is of distinct users over all nodes', async () => {
    await using logic = await openTestLogic();
    const ann = await logic.user('ann');
    const { presence } = logic.ports;
    await presence.setInterest(testNode, [{ topic: 'c:1', isListening: true }]);
    logic.seen.listeners = async () => ({ userIds: [1, 2, 3], count: 3 });
    expect(await logic.call('presence.count', { conversationId: 1 }, ann)).toEqual({ count: 3 });
  });
});

describe('conversation.watch', () => {
  test('D8 whoever is put out while it is under way does not go on listening', async () => {
    await using logic = await openTestLogic();
    const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
    const { conversation } = await logic.call('conversation.create', { kind: 'room', title: 'x' }, ann);
    const conversationId = conversation.id;
    await logic.call('conversation.watch', { conversationId }, ben);
    expect(logic.seen.subscribed.at(-1)?.topics).toEqual([`c:${conversationId}`]);
    logic.seen.subscribe = async () => {
      await logic.call('ban.add', { conversationId, userId: ben.userId }, ann);
      await logic.delivered();
      logic.seen.deliveries.length = 0;
    };
    expect(await logic.refusal('conversation.watch', { conversationId }, ben)).toBe('banned');
    expect(logic.seen.deliveries.map(({ topic, parts }) => [topic, parts])).toContainEqual([
      `c:${conversationId}`,
      [ben.userId],
    ]);
  });

  test('unwatch goes back to heads in a room and changes nothing in a group', async () => {
    await using logic = await openTestLogic();
    const ann = await logic.user('ann');
    const ids: number[] = [];
    for (const kind of ['room', 'group'] as const) {
      const { conversation } = await logic.call('conversation.create', { kind, title: kind }, ann);
      ids.push(conversation.id);
    }
    const [room = 0, group = 0] = ids;
    const unwatch = async (conversationId: number) =>
      (await logic.outcome('conversation.unwatch', { conversationId }, logic.socketOf(ann))).effects?.unsubscribe;
    expect(await unwatch(room)).toEqual([`c:${room}`]);
    expect(await unwatch(group)).toEqual([]);
  });
});
