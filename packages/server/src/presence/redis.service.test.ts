import { afterAll, beforeAll, expect, test } from 'bun:test';
import { RedisClient } from 'bun';
import fc from 'fast-check';
import { quiet, sessionOf } from '../../test/connect/test-node.ts';
import { redisKind } from '../../test/services/redis.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock } from '../clock.ts';
import { topicOf } from '../delivery.ts';
import { MemoryPresence } from './memory.ts';
import { presenceConformance } from './presence.conformance.ts';
import type { NodeRef, Presence, Route } from './presence.ts';
import { RedisPresence } from './redis.ts';

/** Short, because here time passes by itself; long enough for a busy machine to be late. */
const times = { nodeTtlMs: 3_000, sessionTtlMs: 2_000, windowMs: 3_000 };

describeWith(redisKind, () => {
  let redis: Service;
  beforeAll(async () => void (redis = await Service.start(redisKind)));
  afterAll(() => redis[Symbol.asyncDispose]());

  presenceConformance('redis', { open: async () => open(redis.port), advance: (ms) => Bun.sleep(ms), times });

  test('P1 P5 P6 what one process says all know at once', async () => {
    const prefix = `${crypto.randomUUID()}:`;
    await using one = open(redis.port, prefix);
    await using other = open(redis.port, prefix);
    expect(await one.addRoute(routeOf(first, 1))).toEqual({ isFirst: true });
    expect(await other.addRoute(routeOf(second, 1))).toEqual({ isFirst: false });
    expect(await one.removeRoute(routeOf(first, 1))).toEqual({ isLast: false });
    expect(await other.removeRoute(routeOf(second, 1))).toEqual({ isLast: true });
    await one.keepSession('hash', sessionOf(1));
    expect(await other.findSession('hash')).toEqual(sessionOf(1));
    await other.forgetSessions([1]);
    expect(await one.findSession('hash')).toBeUndefined();
    const hits = Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? one : other).hit('key', 25, 60_000));
    expect((await Promise.all(hits)).filter(({ retryAfterMs }) => retryAfterMs === 0)).toHaveLength(25);
  });

  test('P3 of a node that died, of sessions and of hits nothing is left when their time is over', async () => {
    const prefix = `${crypto.randomUUID()}:`;
    await using presence = open(redis.port, prefix);
    await presence.beat(first);
    await presence.addRoute(routeOf(first, 1));
    await presence.setInterest(first, [{ topic: topicOf.conversation(1), isListening: true }]);
    await presence.keepSession('hash', sessionOf(1));
    await presence.hit('key', 5, times.windowMs);
    expect(await keysOf(redis.port, prefix)).toHaveLength(7);
    await Bun.sleep(times.nodeTtlMs * 1.1);
    expect((await presence.routesOf([1])).get(1)).toEqual([]);
    expect(await keysOf(redis.port, prefix)).toEqual([]);
  });

  test('D15 emptied at any moment it is whole again when the nodes have beaten', async () => {
    await using own = await Service.start(redisKind);
    await using presence = open(own.port);
    await sayAll(presence, first);
    expect(await presence.beat(first)).toEqual({ isKnown: true });
    await command(own.port, 'FLUSHALL');
    await command(own.port, 'SCRIPT', 'FLUSH');
    await presence.addRoute(routeOf(first, 2));
    expect(await presence.beat(first)).toEqual({ isKnown: false });
    await sayAll(presence, first);
    expect((await presence.routesOf([1])).get(1)).toEqual([routeOf(first, 1)]);
    expect((await presence.nodesOf([topicOf.user(1)])).get(topicOf.user(1))).toEqual([first.nodeId]);
  });

  test('F3 while it is away every call is refused at once, and it is back by itself, empty', async () => {
    await using own = await Service.start(redisKind);
    const logged: string[] = [];
    await using presence = open(own.port, 'x:', (text) => logged.push(text));
    await sayAll(presence, first);
    await own.kill();
    for (let count = 0; count < 500; count++) expect(await codeOf(presence.beat(first))).toBe('unavailable');
    await own.start();
    const isKnown = await until(() => presence.beat(first));
    expect(isKnown).toEqual({ isKnown: false });
    expect(logged).toEqual(['The presence does not answer', 'The presence is back']);
  });

  test('F3 one that stands still holds up a call and no more, and its old connection is not used again', async () => {
    await using own = await Service.start(redisKind);
    await using presence = open(own.port);
    await sayAll(presence, first);
    own.pause();
    const together = Array.from({ length: 200 }, () => codeOf(presence.routesOf([1])));
    expect(new Set(await Promise.all(together))).toEqual(new Set(['unavailable']));
    for (let count = 0; count < 500; count++) expect(await codeOf(presence.routesOf([1]))).toBe('unavailable');
    own.resume();
    await until(() => presence.beat(first));
  });

  test('more calls than may be out at once are refused as busy', async () => {
    await using own = await Service.start(redisKind);
    await using presence = open(own.port);
    await sayAll(presence, first);
    own.pause();
    const calls = Array.from({ length: 20_001 }, () => codeOf(presence.findSession('x')));
    expect(await calls.at(-1)).toBe('busy');
    own.resume();
    await Promise.all(calls);
  });

  test('whatever is said, it answers what memory answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        await using remote = open(redis.port);
        await using memory = new MemoryPresence(systemClock);
        for (const take of steps) expect(await take(remote)).toEqual(await take(memory));
        expect(await everything(remote)).toEqual(await everything(memory));
      }),
      { numRuns: 60 },
    );
  });
});

const first: NodeRef = { nodeId: 'n1', bootId: 'boot-1' };
const second: NodeRef = { nodeId: 'n2', bootId: 'boot-2' };
const users = [1, 2, 3];

type Step = (presence: Presence) => Promise<unknown>;
const node = fc.constantFrom(first, second, { ...first, bootId: 'boot-3' }, { ...second, bootId: 'boot-4' });
const route = fc
  .record({ node, userId: fc.constantFrom(...users), connectionId: fc.constantFrom('1', '11', 'a b') })
  .map(({ node, userId, connectionId }): Route => ({ ...node, userId, deviceId: userId, connectionId }));
const change = fc.record({ topic: fc.constantFrom(...users.map(topicOf.user)), isListening: fc.boolean() });
const step: fc.Arbitrary<Step> = fc.oneof(
  route.map(
    (route): Step =>
      (presence) =>
        presence.addRoute(route),
  ),
  route.map(
    (route): Step =>
      (presence) =>
        presence.removeRoute(route),
  ),
  node.map(
    (node): Step =>
      (presence) =>
        presence.beat(node),
  ),
  fc.tuple(node, fc.array(change)).map(
    ([node, changes]): Step =>
      (presence) =>
        presence.setInterest(node, changes),
  ),
);

async function everything(presence: Presence): Promise<unknown> {
  const topics = users.map(topicOf.user);
  const [routes, nodes] = await Promise.all([presence.routesOf(users), presence.nodesOf(topics)]);
  const keyOf = ({ nodeId, bootId, deviceId, connectionId }: Route): string =>
    [nodeId, bootId, deviceId, connectionId].join('/');
  return {
    routes: users.map((user) => routes.get(user)?.map(keyOf).toSorted()),
    nodes: topics.map((topic) => [...(nodes.get(topic) ?? [])].toSorted()),
  };
}

function open(
  port: number,
  prefix = `${crypto.randomUUID()}:`,
  say: (text: string) => void = () => undefined,
): RedisPresence {
  const tell = (_facts: object, text: string): void => say(text);
  const log = { ...quiet, warn: tell, info: tell };
  return new RedisPresence({ url: `redis://127.0.0.1:${port}`, clock: systemClock, log, prefix, ...times });
}

function routeOf(node: NodeRef, userId: number): Route {
  return { ...node, userId, deviceId: userId, connectionId: String(userId) };
}

/** What a node does when it is not known. */
async function sayAll(presence: Presence, node: NodeRef): Promise<void> {
  await presence.beat(node);
  await presence.setInterest(node, [{ topic: topicOf.user(1), isListening: true }]);
  await presence.addRoute(routeOf(node, 1));
}

async function command(port: number, name: string, ...args: string[]): Promise<unknown> {
  const client = new RedisClient(`redis://127.0.0.1:${port}`);
  try {
    return (await client.send(name, args)) as unknown;
  } finally {
    client.close();
  }
}

async function keysOf(port: number, prefix: string): Promise<readonly string[]> {
  return (await command(port, 'KEYS', `${prefix}*`)) as readonly string[];
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => 'resolved',
    (error: { code?: string }) => error.code,
  );
}

async function until<T>(ask: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await ask();
    } catch {
      await Bun.sleep(20);
    }
}
