import { afterAll, beforeAll, expect, test } from 'bun:test';
import { connect, type Channel } from 'amqplib';
import { quiet } from '../../test/connect/test-node.ts';
import { CutOff } from '../../test/cut-off.ts';
import { codeOf } from '../../test/queue/code-of.ts';
import { ConsumerProcess, type ConsumerOptions } from '../../test/queue/consumer-process.ts';
import { telling } from '../../test/queue/telling.ts';
import { emptied, until } from '../../test/queue/until.ts';
import { Versions } from '../../test/queue/versions.ts';
import { rabbitmqKind, rabbitmqUrl } from '../../test/services/rabbitmq.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock } from '../clock.ts';
import { queueConformance } from './queue.conformance.ts';
import { queueLimits, type Queue } from './queue.ts';
import { openRabbitQueue, type RabbitQueueOptions } from './rabbitmq.ts';
import { head, versionOf } from './sample-deliveries.ts';

/** Short, so that who is paused is found out soon; long enough for a busy machine to be late. */
const heartbeatS = 2;
/** Several processes, one after the other. */
const slow = 60_000;

describeWith(rabbitmqKind, () => {
  let service: Service;
  const prefixes = new Map<Queue, string>();
  beforeAll(async () => void (service = await Service.start(rabbitmqKind)), slow);
  afterAll(() => service[Symbol.asyncDispose]());

  const remember = async (prefix: string, options: Partial<RabbitQueueOptions> = {}): Promise<Queue> => {
    const queue = await open(service.port, { ...options, prefix });
    prefixes.set(queue, prefix);
    return queue;
  };
  queueConformance('rabbitmq', {
    open: (options) => remember(`${crypto.randomUUID()}.`, { ...options, retryDelayMs: 0 }),
    openAnother: (queue) => remember(prefixes.get(queue) ?? ''),
  });

  const spawn = (prefix: string, habit: ConsumerOptions['habit']): ConsumerProcess =>
    new ConsumerProcess({ url: rabbitmqUrl(service.port), prefix, heartbeatS, habit });

  test('Q2 D15 what a killed consumer had in hand another one takes, in order', async () => {
    const prefix = `${crypto.randomUUID()}.`;
    await using queue = await open(service.port, { prefix });
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

  test(
    'D12 a consumer that was paused takes and forgets nothing of what is with another one since',
    async () => {
      const prefix = `${crypto.randomUUID()}.`;
      await using queue = await open(service.port, { prefix });
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
      for (let id = 2; child.taken.length < 2; id++) await queue.enqueue([head(id, 1)]);
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
      await using queue = await open(service.port, { prefix });
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
      await asked(service.port, async (channel) => {
        const letter = await channel.get(`${prefix}dead`);
        expect(letter && letter.properties.headers?.error).toBe('Whoever took it ended before it was done.');
      });
    },
    slow,
  );

  test('F3 queues that somebody removed are made again, and it goes on with what comes next', async () => {
    const prefix = `${crypto.randomUUID()}.`;
    await using queue = await open(service.port, { prefix });
    const taken = new Versions();
    await queue.consume(taken.handler);
    for (let id = 1; id <= 30; id++) await queue.enqueue([head(id, 1)]);
    await taken.until(30);
    await asked(service.port, async (channel) => {
      for (let number = 0; number < queueLimits.partitions; number++) await channel.deleteQueue(`${prefix}${number}`);
    });
    for (let id = 1; id <= 30; id++) await until(() => queue.enqueue([head(id, 2)]));
    await taken.until(60);
    for (let id = 1; id <= 30; id++) expect(taken.of(id)).toEqual([1, 2]);
  });

  test('F5 a connection that is cut in the midst of it costs no entry, and order holds', async () => {
    const prefix = `${crypto.randomUUID()}.`;
    await using way = await CutOff.before(service.port);
    await using queue = await open(service.port, { prefix });
    await using consumer = await open(way.port, { prefix });
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
      await using way = await CutOff.before(service.port);
      await using queue = await open(service.port, { prefix });
      await using consumer = await open(way.port, { prefix });
      const arrived = Promise.withResolvers<void>();
      let calls = 0;
      await consumer.consume(async () => {
        if (++calls <= queueLimits.triesMax + 1) way.cut();
        else arrived.resolve();
      });
      await queue.enqueue([head(1, 1)]);
      await arrived.promise;
      await emptied(consumer);
      expect(await queue.depth()).toEqual({ waiting: 0, taken: 0, dead: 0 });
    },
    slow,
  );

  test(
    'F3 killed and started again with entries in flight nothing is lost, and order holds',
    async () => {
      await using own = await Service.start(rabbitmqKind);
      const logged: string[] = [];
      await using queue = await open(own.port, { log: { ...quiet, ...telling(logged) } });
      // Killed at once it would know of its newest queues, and nothing of what they are made of.
      await own.stop();
      await own.start();
      await until(() => queue.depth());
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
      await using own = await Service.start(rabbitmqKind);
      await using queue = await open(own.port, { heartbeatS });
      const closing = await open(own.port, { heartbeatS });
      const taken = new Versions();
      await queue.consume(taken.handler);
      await closing.consume(taken.handler);
      own.pause();
      await until(async () => expect(await codeOf(queue.enqueue([head(1, 1)]))).toBe('unavailable'));
      await closing.close();
      own.resume();
      await until(() => queue.enqueue([head(1, 2)]));
      await taken.has(1, 2);
    },
    slow,
  );
});

/** Resolves when it answers: making what it needs may take longer than a call. */
async function open(port: number, options: Partial<RabbitQueueOptions> = {}): Promise<Queue> {
  const queue = openRabbitQueue(rabbitmqUrl(port), { clock: systemClock, log: quiet, ...options });
  await until(() => queue.depth());
  return queue;
}

async function asked(port: number, ask: (channel: Channel) => Promise<void>): Promise<void> {
  const connection = await connect(rabbitmqUrl(port));
  await ask(await connection.createChannel());
  await connection.close();
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
