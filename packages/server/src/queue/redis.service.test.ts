import { afterAll, beforeAll, expect, test } from 'bun:test';
import { RedisClient } from 'bun';
import { quiet } from '../../test/connect/test-node.ts';
import { CutOff } from '../../test/cut-off.ts';
import { codeOf } from '../../test/queue/code-of.ts';
import { ConsumerProcess, type ConsumerOptions } from '../../test/queue/consumer-process.ts';
import { telling } from '../../test/queue/telling.ts';
import { emptied, until } from '../../test/queue/until.ts';
import { Versions } from '../../test/queue/versions.ts';
import { redisKind } from '../../test/services/redis.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock } from '../clock.ts';
import { queueConformance } from './queue.conformance.ts';
import { queueLimits, type Queue } from './queue.ts';
import { queueScripts } from './redis-scripts.ts';
import { openRedisQueue, type RedisQueueOptions } from './redis.ts';
import { head } from './sample-deliveries.ts';

/** Short, so that what is dead is found dead soon; long enough for a busy machine to be late. */
const leaseTtlMs = 2_000;
/** For consumers that die one after the other. */
const shortTtlMs = 500;
/** Several calls that end at their deadline. */
const slow = 60_000;

describeWith(redisKind, () => {
  let redis: Service;
  const prefixes = new Map<Queue, string>();
  beforeAll(async () => void (redis = await Service.start(redisKind)));
  afterAll(() => redis[Symbol.asyncDispose]());

  const remember = (prefix: string, options: Partial<RedisQueueOptions> = {}): Queue => {
    const queue = open(redis.port, { ...options, prefix });
    prefixes.set(queue, prefix);
    return queue;
  };
  queueConformance('redis', {
    open: async (options) => remember(`${crypto.randomUUID()}:`, { ...options, retryDelayMs: 0 }),
    openAnother: async (queue) => remember(prefixes.get(queue) ?? ''),
  });

  const spawn = (prefix: string, habit: ConsumerOptions['habit'], ttlMs = leaseTtlMs): ConsumerProcess =>
    new ConsumerProcess({ url: `redis://127.0.0.1:${redis.port}`, prefix, leaseTtlMs: ttlMs, habit });

  test('Q2 D15 what a killed consumer had in hand another one takes, in order', async () => {
    const prefix = `${crypto.randomUUID()}:`;
    await using queue = open(redis.port, { prefix, leaseTtlMs });
    await using child = spawn(prefix, 'hang');
    await queue.enqueue([1, 2, 3].map((version) => head(1, version)));
    await child.count(3);
    await queue.enqueue([4, 5].map((version) => head(1, version)));
    const taken = new Versions();
    await queue.consume(taken.handler);
    await child.kill();
    await taken.until(5);
    expect(taken.of(1)).toEqual([1, 2, 3, 4, 5]);
    await emptied(queue);
  });

  test('D12 a consumer that was paused forgets nothing of what is with another one since', async () => {
    const prefix = `${crypto.randomUUID()}:`;
    await using queue = open(redis.port, { prefix, leaseTtlMs });
    await using child = spawn(prefix, 'take');
    await queue.enqueue([head(1, 1)]);
    await child.count(1);
    await emptied(queue);
    child.pause();
    await queue.enqueue([head(1, 2)]);
    const taken = new Versions();
    const release = Promise.withResolvers<void>();
    await queue.consume(async (batch) => {
      await taken.handler(batch);
      if (batch.some(({ topic }) => topic === 'c:1')) await release.promise;
    });
    await taken.until(1);
    child.resume();
    // It has beaten and taken its share again when it gets the others.
    for (let id = 2; child.taken.length < 2; id++) await queue.enqueue([head(id, 1)]);
    const { taken: inHand } = await queue.depth();
    release.resolve();
    expect(inHand).toBeGreaterThan(0);
    await emptied(queue);
    expect(taken.of(1)).toEqual([2]);
    expect(child.taken).not.toContain('c:1 2');
  });

  test(`Q3 an entry that ends ${queueLimits.triesMax} consumers goes to the dead letters, alone`, async () => {
    const prefix = `${crypto.randomUUID()}:`;
    await using queue = open(redis.port, { prefix, leaseTtlMs: shortTtlMs });
    await queue.enqueue([1, 2, 3].map((version) => head(1, version)));
    for (let tries = 1; tries <= queueLimits.triesMax; tries++) {
      await using child = spawn(prefix, 'die', shortTtlMs);
      await child.ended;
    }
    const taken = new Versions();
    await queue.consume(taken.handler);
    await taken.until(1);
    expect(taken.of(1)).toEqual([3]);
    expect(await queue.depth()).toMatchObject({ dead: 1 });
    const [[, fields]] = (await command(redis.port, 'XRANGE', `${prefix}dead`, '-', '+')) as [[string, string[]]];
    expect(fields).toContain('Whoever took it ended before it was done.');
  });

  test('F3 emptied at any moment it goes on with what comes next', async () => {
    await using own = await Service.start(redisKind);
    await using queue = open(own.port, { leaseTtlMs });
    await using other = open(own.port, { leaseTtlMs });
    const taken = new Versions();
    await queue.consume(taken.handler);
    await other.consume(taken.handler);
    for (let version = 1; version <= 3; version++) {
      for (let id = 1; id <= 30; id++) await queue.enqueue([head(id, version)]);
      await taken.until(30 * version);
      await command(own.port, 'FLUSHALL');
      await command(own.port, 'SCRIPT', 'FLUSH');
    }
    for (let id = 1; id <= 30; id++) expect(taken.of(id)).toEqual([1, 2, 3]);
  });

  test('F3 a group that somebody removed is made again, and what was in hand comes again', async () => {
    const prefix = `${crypto.randomUUID()}:`;
    await using queue = open(redis.port, { prefix, leaseTtlMs });
    const taken = new Versions();
    await queue.consume(taken.handler);
    for (let id = 1; id <= 30; id++) await queue.enqueue([head(id, 1)]);
    await taken.until(30);
    for (let p = 0; p < queueLimits.partitions; p++)
      await command(redis.port, 'XGROUP', 'DESTROY', `${prefix}s:${p}`, 'task');
    for (let id = 1; id <= 30; id++) await queue.enqueue([head(id, 2)]);
    await taken.until(60);
    await emptied(queue);
  });

  test('F3 killed and started again, empty or not, it is back by itself, and what it kept arrives', async () => {
    await using own = await Service.start({ ...redisKind, arguments: durable });
    const logged: string[] = [];
    await using queue = open(own.port, { leaseTtlMs, log: { ...quiet, ...telling(logged) } });
    const taken = new Versions();
    await queue.enqueue([head(1, 1)]);
    await own.kill();
    expect(await codeOf(queue.enqueue([head(1, 2)]))).toBe('unavailable');
    await own.start();
    await until(() => queue.enqueue([head(1, 3)]));
    await queue.consume(taken.handler);
    await taken.until(2);
    await own.kill();
    for (let count = 0; count < 500; count++) expect(await codeOf(queue.enqueue([head(1, 4)]))).toBe('unavailable');
    await own.start();
    await until(() => queue.enqueue([head(1, 5)]));
    await taken.until(3);
    expect(taken.of(1)).toEqual([1, 3, 5]);
    expect(logged).toEqual([...away, ...away]);
  });

  test(
    'Q3 F8 an entry whose answers were lost more often than it may be tried arrives: nobody got it',
    async () => {
      const prefix = `${crypto.randomUUID()}:`;
      await using way = await CutOff.before(redis.port);
      await using queue = open(redis.port, { prefix });
      await using consumer = open(way.port, { prefix });
      await command(redis.port, 'SCRIPT', 'LOAD', queueScripts.take.text);
      let lost = 0;
      way.onSent = (bytes) => {
        if (bytes.includes(queueScripts.take.sha) && ++lost <= queueLimits.triesMax + 1) way.holdAnswers();
        return true;
      };
      await queue.enqueue([head(1, 1)]);
      const taken = new Versions();
      await consumer.consume(taken.handler);
      await taken.until(1);
      await emptied(queue);
      expect(await queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 0 });
    },
    slow,
  );

  test('F3 one that stands still holds up neither who enqueues nor who closes, and goes on afterwards', async () => {
    await using own = await Service.start(redisKind);
    await using queue = open(own.port, { leaseTtlMs });
    const closing = open(own.port, { leaseTtlMs });
    const taken = new Versions();
    await queue.consume(taken.handler);
    await closing.consume(taken.handler);
    own.pause();
    expect(await codeOf(queue.enqueue([head(1, 1)]))).toBe('unavailable');
    await closing.close();
    own.resume();
    await until(() => queue.enqueue([head(1, 2)]));
    await until(async () => expect(taken.of(1)).toContain(2));
  });
});

const away = ['The queue does not answer', 'The queue is back'];

function open(port: number, options: Partial<RedisQueueOptions> = {}): Queue {
  return openRedisQueue(`redis://127.0.0.1:${port}`, { clock: systemClock, log: quiet, ...options });
}

function durable(place: Parameters<typeof redisKind.arguments>[0]): readonly string[] {
  return [...redisKind.arguments(place), '--appendonly', 'yes', '--appendfsync', 'always'];
}

async function command(port: number, name: string, ...args: string[]): Promise<unknown> {
  const client = new RedisClient(`redis://127.0.0.1:${port}`);
  try {
    return (await client.send(name, args)) as unknown;
  } finally {
    client.close();
  }
}
