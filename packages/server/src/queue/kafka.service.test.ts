import { afterAll, beforeAll, expect, test } from 'bun:test';
import { quiet } from '../../test/connect/test-node.ts';
import { CutOff } from '../../test/cut-off.ts';
import { codeOf } from '../../test/queue/code-of.ts';
import { ConsumerProcess, type ConsumerOptions } from '../../test/queue/consumer-process.ts';
import { asked, deadLetterOf, openKafka } from '../../test/queue/open-kafka.ts';
import { telling } from '../../test/queue/telling.ts';
import { emptied, until } from '../../test/queue/until.ts';
import { Versions } from '../../test/queue/versions.ts';
import { kafkaDetour, kafkaKind, kafkaUrl } from '../../test/services/kafka.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock } from '../clock.ts';
import { topicOf, type Delivery } from '../delivery.ts';
import { kafkaPlacesOf } from './kafka-places.ts';
import { openKafkaQueue, type KafkaQueueOptions } from './kafka.ts';
import { partitionOf } from './partition-of.ts';
import { queueConformance } from './queue.conformance.ts';
import { queueLimits, type Queue } from './queue.ts';
import { head, versionOf } from './sample-deliveries.ts';

/** Short, so that who is paused is found out soon; long enough for a busy machine to be late. */
const sessionMs = 2_000;
/** Several processes, one after the other. */
const slow = 90_000;

describeWith(kafkaKind, () => {
  let service: Service;
  const prefixes = new Map<Queue, string>();
  beforeAll(async () => {
    service = await Service.start(kafkaKind);
    await warmUp(service.port);
  }, slow);
  afterAll(() => service[Symbol.asyncDispose]());

  const remember = async (prefix: string, options: Partial<KafkaQueueOptions> = {}): Promise<Queue> => {
    const queue = await openKafka(kafkaUrl(service.port), { ...options, prefix });
    prefixes.set(queue, prefix);
    return queue;
  };
  queueConformance('kafka', {
    open: (options) => remember(`${crypto.randomUUID()}.`, { ...options, retryDelayMs: 0 }),
    openAnother: (queue) => remember(prefixes.get(queue) ?? ''),
  });

  const spawn = (prefix: string, habit: ConsumerOptions['habit']): ConsumerProcess =>
    new ConsumerProcess({ url: kafkaUrl(service.port), prefix, sessionMs, habit });

  test(
    'Q2 D15 what a killed consumer had in hand another one takes, in order',
    async () => {
      const prefix = `${crypto.randomUUID()}.`;
      await using queue = await openKafka(kafkaUrl(service.port), { prefix, sessionMs });
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
    },
    slow,
  );

  test(
    'D12 a consumer that was paused takes and forgets nothing of what is with another one since',
    async () => {
      const prefix = `${crypto.randomUUID()}.`;
      await using queue = await openKafka(kafkaUrl(service.port), { prefix, sessionMs });
      await using child = spawn(prefix, 'take');
      await queue.enqueue([head(1, 1)]);
      await child.count(1);
      child.pause();
      await queue.enqueue([head(1, 2)]);
      const taken = new Versions();
      const release = Promise.withResolvers<void>();
      await queue.consume(async (batch) => {
        await taken.handler(batch);
        if (batch.some((delivery) => delivery.topic === 'c:1' && versionOf(delivery) === 2)) await release.promise;
      });
      await taken.has(1, 2);
      child.resume();
      // It has its share again when it gets the others.
      for (let id = 2; child.taken.length < 2; id++) await until(() => queue.enqueue([head(id, 1)]));
      const { taken: inHand } = await queue.depth();
      release.resolve();
      expect(inHand).toBeGreaterThan(0);
      await emptied(queue);
      expect(taken.of(1).at(-1)).toBe(2);
      expect(child.taken).not.toContain('c:1 2');
    },
    slow,
  );

  test(
    `Q3 an entry that ends ${queueLimits.triesMax} consumers goes to the dead letters, alone`,
    async () => {
      const prefix = `${crypto.randomUUID()}.`;
      await using queue = await openKafka(kafkaUrl(service.port), { prefix, sessionMs });
      await queue.enqueue([1, 2, 3].map((version) => head(1, version)));
      for (let tries = 1; tries <= queueLimits.triesMax; tries++) {
        await using child = spawn(prefix, 'die');
        await child.ended;
      }
      const taken = new Versions();
      await queue.consume(taken.handler);
      await taken.until(1);
      expect(taken.of(1)).toEqual([3]);
      expect(await queue.depth()).toMatchObject({ dead: 1 });
      expect(await deadLetterOf(service.port, prefix)).toEqual({
        text: JSON.stringify(head(1, 2)),
        error: 'Whoever took it ended before it was done.',
      });
    },
    slow,
  );

  test('Q8 what was done behind something that was handed on does not come again when its consumer ends', async () => {
    const prefix = `${crypto.randomUUID()}.`;
    const first = await openKafka(kafkaUrl(service.port), { prefix });
    const taken = new Versions();
    await first.consume(async (batch) => {
      await taken.handler(batch);
      return batch.some((delivery) => versionOf(delivery) === 1) ? { done: new Promise(() => undefined) } : undefined;
    });
    await first.enqueue([head(1, 1)]);
    await taken.until(1);
    await first.enqueue([2, 3, 4].map((version) => head(1, version)));
    await taken.until(4);
    await first.close();
    await using second = await openKafka(kafkaUrl(service.port), { prefix });
    const takenAgain = new Versions();
    await second.consume(takenAgain.handler);
    await second.enqueue([head(1, 5)]);
    await takenAgain.has(1, 5);
    expect(takenAgain.of(1)).toEqual([1, 5]);
  });

  test('a large batch waits for no partition that is read before its own and is not empty', async () => {
    await using queue = await openKafka(kafkaUrl(service.port), { prefix: `${crypto.randomUUID()}.` });
    const [before, behind] = [largeOf(inPartition(0)), largeOf(inPartition(queueLimits.partitions - 1))];
    // Much more than one answer brings of a partition, each in a batch of its own; and then one batch.
    for (let count = 0; count < 60; count++) await queue.enqueue([before]);
    await queue.enqueue(Array.from({ length: 4 }, () => behind));
    const topics: string[] = [];
    await queue.consume(async (batch) => void topics.push(...batch.map(({ topic }) => topic)));
    await until(async () => expect(topics).toHaveLength(64));
    expect(topics.lastIndexOf(behind.topic)).toBeLessThan(topics.lastIndexOf(before.topic));
  });

  test('a topic with another number of partitions is refused, and it is said which', async () => {
    const prefix = `${crypto.randomUUID()}.`;
    const { name } = kafkaPlacesOf(prefix).deliveries;
    await asked(service.port, async (connection) => {
      const topic = { name, numPartitions: 4, replicationFactor: 1, assignments: [], configs: [] };
      await connection.call(connection.client.createTopicsV7.api, [topic], 5_000, false);
    });
    const warned: { readonly error?: unknown }[] = [];
    const log = { ...quiet, warn: (facts: object) => void warned.push(facts) };
    await using queue = openKafkaQueue(kafkaUrl(service.port), { clock: systemClock, log, prefix });
    while (warned.length === 0) expect(await codeOf(queue.enqueue([head(1, 1)]))).toBe('unavailable');
    expect(String(warned[0]?.error)).toContain(`${name} has 4 partitions and must have ${queueLimits.partitions}`);
  });

  test('F3 topics that somebody removed are made again, and it goes on with what comes next', async () => {
    const prefix = `${crypto.randomUUID()}.`;
    await using queue = await openKafka(kafkaUrl(service.port), { prefix });
    const taken = new Versions();
    await queue.consume(taken.handler);
    for (let id = 1; id <= 30; id++) await queue.enqueue([head(id, 1)]);
    await taken.until(30);
    await asked(service.port, async (connection) => {
      const { name } = kafkaPlacesOf(prefix).deliveries;
      await connection.call(connection.client.deleteTopicsV5.api, [{ name }], 5_000);
    });
    for (let id = 1; id <= 30; id++) await until(() => queue.enqueue([head(id, 2)]));
    for (let id = 1; id <= 30; id++) await taken.has(id, 2);
    for (let id = 1; id <= 30; id++) expect(await taken.firsts(id, 2)).toEqual([1, 2]);
  });

  test('F5 connections that are cut in the midst of it cost no entry, and order holds', async () => {
    const prefix = `${crypto.randomUUID()}.`;
    const { through, at } = kafkaDetour(service.ports);
    await using way = await CutOff.before(through, at);
    await using queue = await openKafka(kafkaUrl(service.port), { prefix });
    await using consumer = await openKafka(kafkaUrl(way.port), { prefix });
    const taken = new Versions();
    await consumer.consume(taken.handler);
    for (let version = 1; version <= 60; version++) {
      await queue.enqueue([1, 2, 3, 4].map((id) => head(id, version)));
      if (version % 20 === 0) way.cut();
    }
    for (const id of [1, 2, 3, 4]) expect(await taken.firsts(id, 60)).toEqual(upTo(60));
    await emptied(queue);
  });

  test(
    'Q3 F5 an entry whose connection was cut more often than it may be tried arrives: nobody ended over it',
    async () => {
      const prefix = `${crypto.randomUUID()}.`;
      const { through, at } = kafkaDetour(service.ports);
      await using way = await CutOff.before(through, at);
      await using queue = await openKafka(kafkaUrl(service.port), { prefix });
      await using consumer = await openKafka(kafkaUrl(way.port), { prefix });
      const arrived = Promise.withResolvers<void>();
      let calls = 0;
      await consumer.consume(async () => {
        if (++calls <= queueLimits.triesMax + 1) way.cut();
        else arrived.resolve();
      });
      await queue.enqueue([head(1, 1)]);
      await arrived.promise;
      await emptied(queue);
      expect(await queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 0 });
    },
    slow,
  );

  test(
    'F3 killed and started again with entries in flight nothing is lost, and order holds',
    async () => {
      await using own = await Service.start(kafkaKind);
      const logged: string[] = [];
      await using queue = await openKafka(kafkaUrl(own.port), { log: { ...quiet, ...telling(logged) } });
      const taken = new Versions();
      const release = Promise.withResolvers<void>();
      await queue.consume(async (batch) => {
        await taken.handler(batch);
        await release.promise;
      });
      for (let version = 1; version <= 20; version++) await queue.enqueue([1, 2, 3, 4].map((id) => head(id, version)));
      await taken.until(4);
      await own.kill();
      expect(await codeOf(queue.enqueue([head(1, 21)]))).toBe('unavailable');
      await own.start();
      release.resolve();
      for (let version = 22; version <= 30; version++) await until(() => queue.enqueue([head(1, version)]));
      for (const id of [2, 3, 4]) expect(await taken.firsts(id, 20)).toEqual(upTo(20));
      expect(await taken.firsts(1, 29)).toEqual(upTo(30).filter((version) => version !== 21));
      await emptied(queue);
      expect(logged).toContain('The queue is back');
    },
    slow,
  );

  test(
    'F3 one that stands still holds up neither who enqueues nor who closes, and goes on afterwards',
    async () => {
      const prefix = `${crypto.randomUUID()}.`;
      await using queue = await openKafka(kafkaUrl(service.port), { prefix });
      const closing = await openKafka(kafkaUrl(service.port), { prefix });
      const taken = new Versions();
      await queue.consume(taken.handler);
      await closing.consume(taken.handler);
      service.pause();
      await until(async () => expect(await codeOf(queue.enqueue([head(1, 1)]))).toBe('unavailable'));
      await closing.close();
      service.resume();
      await until(() => queue.enqueue([head(1, 2)]));
      await taken.has(1, 2);
    },
    slow,
  );
});

/** What a broker does for the first time takes it long. */
async function warmUp(port: number): Promise<void> {
  await using queue = await openKafka(kafkaUrl(port), { prefix: 'warm.' });
  const taken = new Versions();
  await queue.consume(taken.handler);
  await queue.enqueue([head(1, 1)]);
  await taken.until(1);
}

/** 100 kB. */
function largeOf(conversationId: number): Delivery {
  const push = { push: 'raw', format: 'any', text: 'x'.repeat(100_000) } as const;
  return { topic: topicOf.conversation(conversationId), push };
}

/** A conversation there. */
function inPartition(number: number): number {
  for (let id = 1; ; id++) if (partitionOf(topicOf.conversation(id)) === number) return id;
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
