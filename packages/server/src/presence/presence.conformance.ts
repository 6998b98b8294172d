import { afterEach, describe, expect, test } from 'bun:test';
import { topicOf } from '../delivery.ts';
import type { Session } from '../session.ts';
import type { NodeRef, Presence, Route } from './presence.ts';

export interface PresenceHarness {
  /** A fresh, empty presence. */
  open(): Promise<Presence>;
  /** Lets this much time pass for it. */
  advance(ms: number): Promise<void>;
  /** Its times, which are shorter where time passes by itself. */
  readonly times: {
    readonly nodeTtlMs: number;
    readonly sessionTtlMs: number;
    /** For windows of hits. */
    readonly windowMs: number;
  };
}

/** The rules of `presence.ts`. An adapter's test calls this once. */
export function presenceConformance(name: string, harness: PresenceHarness): void {
  const { nodeTtlMs, sessionTtlMs, windowMs } = harness.times;
  const opened: Presence[] = [];
  const open = async (): Promise<Presence> => {
    const presence = await harness.open();
    opened.push(presence);
    return presence;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((presence) => presence.close()));
  });

  describe(`presence: ${name}`, () => {
    test('P1 the first route brings a user online and the end of the last one takes them off', async () => {
      const presence = await open();
      expect(await presence.addRoute(route(1, 'a'))).toEqual({ isFirst: true });
      expect(await presence.addRoute(route(1, 'b'))).toEqual({ isFirst: false });
      expect(await presence.removeRoute(route(1, 'a'))).toEqual({ isLast: false });
      expect(await presence.removeRoute(route(1, 'b'))).toEqual({ isLast: true });
      expect(await presence.removeRoute(route(1, 'b'))).toEqual({ isLast: false });
      expect(await connectionsOf(presence, 1)).toEqual([]);
    });

    test('P1 the routes of many users are found at once', async () => {
      const presence = await open();
      await presence.addRoute(route(1, 'a'));
      await presence.addRoute(route(1, 'b'));
      await presence.addRoute(route(2, 'c'));
      const routes = await presence.routesOf([1, 2, 3]);
      expect(
        routes
          .get(1)
          ?.map((each) => each.connectionId)
          .toSorted(),
      ).toEqual(['a', 'b']);
      expect(routes.get(2)).toEqual([route(2, 'c')]);
      expect(routes.get(3) ?? []).toEqual([]);
    });

    test('P1 the same route said twice is one route', async () => {
      const presence = await open();
      await presence.addRoute(route(1, 'a'));
      await presence.addRoute(route(1, 'a'));
      expect(await presence.removeRoute(route(1, 'a'))).toEqual({ isLast: true });
    });

    test('P2 an old socket’s end does not remove the newer one of the same device', async () => {
      const presence = await open();
      await presence.addRoute(route(1, 'old'));
      await presence.addRoute(route(1, 'new'));
      await presence.removeRoute(route(1, 'old'));
      expect(await presence.removeRoute({ ...route(1, 'new'), nodeId: 'other' })).toEqual({ isLast: false });
      expect(await presence.removeRoute({ ...route(1, 'new'), bootId: 'other' })).toEqual({ isLast: false });
      expect(await connectionsOf(presence, 1)).toEqual(['new']);
    });

    test('P3 a node that stopped beating is gone with all it said, and one that beats stays', async () => {
      const presence = await open();
      await presence.addRoute(route(1, 'a'));
      await presence.addRoute({ ...route(2, 'b'), ...second });
      await presence.beat(second);
      await presence.setInterest(first, [{ topic: topicOf.conversation(1), isListening: true }]);
      await presence.setInterest(second, [{ topic: topicOf.conversation(1), isListening: true }]);
      await harness.advance(nodeTtlMs * 0.6);
      expect(await presence.beat(second)).toEqual({ isKnown: true });
      await harness.advance(nodeTtlMs * 0.6);
      expect(await connectionsOf(presence, 1)).toEqual([]);
      expect(await connectionsOf(presence, 2)).toEqual(['b']);
      expect(await nodesOf(presence, 1)).toEqual(['n2']);
    });

    test('P3 a node that was forgotten is told so when it comes back', async () => {
      const presence = await open();
      expect(await presence.beat(first)).toEqual({ isKnown: false });
      expect(await presence.beat(first)).toEqual({ isKnown: true });
      await harness.advance(nodeTtlMs * 1.2);
      expect(await presence.beat(first)).toEqual({ isKnown: false });
    });

    test('P3 a node that was forgotten and speaks before it beats is told so as well, because the rest is missing', async () => {
      const presence = await open();
      await presence.beat(first);
      await presence.addRoute(route(1, 'a'));
      await harness.advance(nodeTtlMs * 1.2);
      await presence.addRoute(route(2, 'b'));
      await presence.setInterest(first, [{ topic: topicOf.conversation(1), isListening: true }]);
      expect(await presence.beat(first)).toEqual({ isKnown: false });
      expect(await presence.beat(first)).toEqual({ isKnown: true });
      expect(await connectionsOf(presence, 1)).toEqual([]);
      expect(await connectionsOf(presence, 2)).toEqual(['b']);
    });

    test('P7 a node that is there and was forgotten listens to everything, until it has said all and beats again', async () => {
      const presence = await open();
      const topics = [topicOf.conversation(1), topicOf.user(1)] as const;
      const listening = async (among: readonly string[]) =>
        topics.map(async (topic) => (await presence.nodesOf(topics, among)).get(topic)?.toSorted());
      const expectListening = async (...wanted: readonly (readonly string[])[]) =>
        expect(await Promise.all(await listening(['n1', 'n2']))).toEqual(wanted.map((nodeIds) => [...nodeIds]));
      for (const node of [first, second]) await presence.beat(node);
      await presence.setInterest(first, [{ topic: topics[0], isListening: true }]);
      await expectListening(['n1', 'n2'], ['n1', 'n2']);
      await presence.beat(first);
      await expectListening(['n1', 'n2'], ['n2']);
      await presence.beat(second);
      await expectListening(['n1'], []);
      expect(await Promise.all(await listening(['n3']))).toEqual([['n1', 'n3'], ['n3']]);
      await harness.advance(nodeTtlMs * 1.2);
      await presence.setInterest(first, [{ topic: topics[0], isListening: true }]);
      await expectListening(['n1', 'n2'], ['n1', 'n2']);
    });

    test('P3 a new start of a node ends at once what its last start said, which has no word any more', async () => {
      const presence = await open();
      await presence.addRoute(route(1, 'a'));
      await presence.setInterest(first, [{ topic: topicOf.conversation(1), isListening: true }]);
      const restarted = { ...first, bootId: 'later' };
      await presence.beat(restarted);
      expect(await connectionsOf(presence, 1)).toEqual([]);
      expect(await nodesOf(presence, 1)).toEqual([]);
      expect(await presence.addRoute(route(1, 'a'))).toEqual({ isFirst: false });
      expect(await presence.addRoute({ ...route(1, 'b'), ...restarted })).toEqual({ isFirst: true });
      expect(await connectionsOf(presence, 1)).toEqual(['b']);
    });

    test('P4 nodesOf names every node that listens and none that stopped', async () => {
      const presence = await open();
      await presence.setInterest(first, [
        { topic: topicOf.conversation(1), isListening: true },
        { topic: topicOf.user(1), isListening: true },
      ]);
      await presence.setInterest(second, [{ topic: topicOf.conversation(1), isListening: true }]);
      expect(await nodesOf(presence, 1)).toEqual(['n1', 'n2']);
      await presence.setInterest(first, [{ topic: topicOf.conversation(1), isListening: false }]);
      await presence.setInterest(first, [{ topic: topicOf.conversation(2), isListening: false }]);
      const found = await presence.nodesOf([topicOf.conversation(1), topicOf.user(1), topicOf.conversation(2)]);
      expect(found.get(topicOf.conversation(1))).toEqual(['n2']);
      expect(found.get(topicOf.user(1))).toEqual(['n1']);
      expect(found.get(topicOf.conversation(2)) ?? []).toEqual([]);
    });

    test('P1 P4 users and topics are found whichever of many nodes they are on, thousands at once', async () => {
      const presence = await open();
      const users = Array.from({ length: 5_000 }, (_, index) => index + 1);
      const nodes = [first, second, { nodeId: 'n3', bootId: 'boot-3' }];
      for (const [at, node] of nodes.entries())
        await presence.setInterest(
          node,
          users.map((id) => ({ topic: topicOf.conversation(id), isListening: id % 3 === at })),
        );
      const topics = users.map((id) => topicOf.conversation(id));
      const found = await presence.nodesOf([...topics, ...topics]);
      for (const id of users) expect(found.get(topicOf.conversation(id))).toEqual([nodes[id % 3]!.nodeId]);
      for (const userId of [1, 4_500])
        for (const node of nodes) await presence.addRoute({ ...route(userId, 'x'), ...node });
      const routes = await presence.routesOf([...users, 1]);
      expect(routes.get(4_500)).toHaveLength(3);
      expect(routes.get(1)).toHaveLength(3);
      expect(routes.get(2) ?? []).toEqual([]);
    });

    test('P8 the routes of one start of a node are found some at a time, all of them and no others', async () => {
      const presence = await open();
      const mine = Array.from({ length: 3_000 }, (_, index) => route((index % 2_000) + 1, `c${index}`));
      await Promise.all(mine.map((each) => presence.addRoute(each)));
      await presence.addRoute({ ...route(1, 'elsewhere'), ...second });
      expect(idsOf(await allAt(presence, first))).toEqual(idsOf(mine));
      await presence.removeRoute(route(1, 'c0'));
      expect(idsOf(await allAt(presence, first))).toEqual(idsOf(mine.slice(1)));
      expect(await allAt(presence, { ...first, bootId: 'other' })).toEqual([]);
      expect(await allAt(presence, second)).toEqual([{ ...route(1, 'elsewhere'), ...second }]);
    });

    test('P4 the last word about a topic counts', async () => {
      const presence = await open();
      const say = (isListening: boolean) => ({ topic: topicOf.conversation(1), isListening });
      await presence.setInterest(first, [say(true), say(false), say(true)]);
      expect(await nodesOf(presence, 1)).toEqual(['n1']);
      await presence.setInterest(first, [say(false), say(true), say(false)]);
      expect(await nodesOf(presence, 1)).toEqual([]);
      await presence.setInterest(first, []);
    });

    test('P5 of a device only the latest session is found, all of it', async () => {
      const presence = await open();
      await presence.keepSession('hash-1', session(1));
      const renamed = { ...session(1), displayName: '安 "🙂"', isAdmin: true };
      await presence.keepSession('hash-2', renamed);
      expect(await presence.findSession('hash-1')).toBeUndefined();
      expect(await presence.findSession('hash-2')).toEqual(renamed);
      expect(await presence.findSession('hash-3')).toBeUndefined();
    });

    test('P5 a session is found until it is forgotten, and no longer than its time', async () => {
      const presence = await open();
      await presence.keepSession('hash-1', session(1));
      await presence.keepSession('hash-2', session(2));
      expect(await presence.findSession('hash-1')).toEqual(session(1));
      await presence.forgetSessions([1, 99]);
      expect(await presence.findSession('hash-1')).toBeUndefined();
      expect(await presence.findSession('hash-2')).toEqual(session(2));
      await harness.advance(sessionTtlMs * 1.1);
      expect(await presence.findSession('hash-2')).toBeUndefined();
    });

    test('P6 hits are counted exactly, and a refused one costs nothing', async () => {
      const presence = await open();
      expect(await presence.hit('key', 3, windowMs)).toEqual({ retryAfterMs: 0, remaining: 2 });
      await harness.advance(windowMs * 0.4);
      expect(await presence.hit('key', 3, windowMs)).toEqual({ retryAfterMs: 0, remaining: 1 });
      expect(await presence.hit('key', 3, windowMs)).toEqual({ retryAfterMs: 0, remaining: 0 });
      const refused = await presence.hit('key', 3, windowMs);
      expect(refused.remaining).toBe(0);
      expect(refused.retryAfterMs).toBeGreaterThan(0);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(Math.ceil(windowMs * 0.6));
      expect(await presence.hit('other', 3, windowMs)).toEqual({ retryAfterMs: 0, remaining: 2 });
      await harness.advance(refused.retryAfterMs);
      expect(await presence.hit('key', 3, windowMs)).toEqual({ retryAfterMs: 0, remaining: 0 });
      expect((await presence.hit('key', 3, windowMs)).retryAfterMs).toBeGreaterThan(0);
    });

    test('P6 hits at the same moment are all counted', async () => {
      const presence = await open();
      const hits = await Promise.all(Array.from({ length: 30 }, () => presence.hit('key', 20, 60_000)));
      expect(hits.filter((hit) => hit.retryAfterMs === 0)).toHaveLength(20);
    });

    test('calls after close reject with unavailable', async () => {
      const presence = await open();
      await presence.close();
      await presence.close();
      const code = await presence.beat(first).catch((error: { code?: string }) => error.code);
      expect(code).toBe('unavailable');
    });
  });
}

const first: NodeRef = { nodeId: 'n1', bootId: 'boot-1' };
const second: NodeRef = { nodeId: 'n2', bootId: 'boot-2' };

function route(userId: number, connectionId: string): Route {
  return { ...first, userId, deviceId: userId * 10, connectionId };
}

function session(deviceId: number): Session {
  return {
    userId: 1,
    deviceId,
    userName: 'ann',
    displayName: 'Ann',
    kind: 'person',
    isAdmin: false,
    expiresAt: 2_000_000_000_000,
  };
}

async function connectionsOf(presence: Presence, userId: number): Promise<string[]> {
  const routes = (await presence.routesOf([userId])).get(userId) ?? [];
  return routes.map((each) => each.connectionId).toSorted();
}

async function allAt(presence: Presence, node: NodeRef): Promise<readonly Route[]> {
  const found: Route[] = [];
  let from: string | undefined;
  do {
    const { routes, next } = await presence.routesAt(node, from);
    found.push(...routes);
    from = next;
  } while (from !== undefined);
  return found;
}

function idsOf(routes: readonly Route[]): readonly string[] {
  return [...new Set(routes.map(({ userId, connectionId }) => `${userId} ${connectionId}`))].toSorted();
}

async function nodesOf(presence: Presence, conversationId: number): Promise<string[]> {
  const topic = topicOf.conversation(conversationId);
  return [...((await presence.nodesOf([topic])).get(topic) ?? [])].toSorted();
}
