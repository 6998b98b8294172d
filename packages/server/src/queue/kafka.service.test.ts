import { afterAll, beforeAll, expect, test } from 'bun:test';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { quiet } from '../../test/connect/test-node.ts';
import { CutOff } from '../../test/cut-off.ts';
import { codeOf } from '../../test/queue/code-of.ts';
import { ConsumerProcess, type ConsumerOptions } from '../../test/queue/consumer-process.ts';
import { telling } from '../../test/queue/telling.ts';
import { emptied, until } from '../../test/queue/until.ts';
import { Versions } from '../../test/queue/versions.ts';
import {
  kafkaCertificateOf,
  kafkaDetour,
  kafkaGuardedKind,
  kafkaGuardedPort,
  kafkaKind,
  kafkaLogin,
  kafkaUrl,
} from '../../test/services/kafka.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock } from '../clock.ts';
import { parseKafkaUrl } from './kafka-address.ts';
import { KafkaConnection } from './kafka-connection.ts';
import { kafkaPlacesOf } from './kafka-places.ts';
import { openKafkaQueue, type KafkaQueueOptions } from './kafka.ts';
import { queueConformance } from './queue.conformance.ts';
import { queueLimits, type Queue } from './queue.ts';
import { head, versionOf } from './sample-deliveries.ts';

/** Short, so that who is paused is found out soon; long enough for a busy machine to be late. */
const sessionMs = 2_000;
/** Several processes, one after the other. */
const slow = 90_000;
/** Kafka’s number for it. */
const scramSha256 = 1;

describeWith(kafkaKind, () => {
  let service: Service;
  const prefixes = new Map<Queue, string>();
  beforeAll(async () => {
    service = await Service.start(kafkaKind);
    await warmUp(service.port);
  }, slow);
  afterAll(() => service[Symbol.asyncDispose]());

  const remember = async (prefix: string, options: Partial<KafkaQueueOptions> = {}): Promise<Queue> => {
    const queue = await open(service.port, { ...options, prefix });
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
    },
    slow,
  );

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
      expect(await deadLetterOf(service.port, prefix)).toEqual({
        text: JSON.stringify(head(1, 2)),
        error: 'Whoever took it ended before it was done.',
      });
    },
    slow,
  );

  test('Q8 what was done behind something that was handed on does not come again when its consumer ends', async () => {
    const prefix = `${crypto.randomUUID()}.`;
    const first = await open(service.port, { prefix });
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
    await using second = await open(service.port, { prefix });
    const takenAgain = new Versions();
    await second.consume(takenAgain.handler);
    await second.enqueue([head(1, 5)]);
    await takenAgain.has(1, 5);
    expect(takenAgain.of(1)).toEqual([1, 5]);
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
    await using queue = await open(service.port, { prefix });
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
      const { through, at } = kafkaDetour(service.ports);
      await using way = await CutOff.before(through, at);
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
      await using own = await Service.start(kafkaKind);
      const logged: string[] = [];
      await using queue = await open(own.port, { log: { ...quiet, ...telling(logged) } });
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
      await using own = await Service.start(kafkaKind);
      await using queue = await open(own.port);
      const closing = await open(own.port);
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

describeWith(kafkaGuardedKind, () => {
  let service: Service;
  beforeAll(async () => void (service = await Service.start(kafkaGuardedKind)), slow);
  afterAll(() => service[Symbol.asyncDispose]());
  const { user, password } = kafkaLogin;

  const urlWith = (word: string, options: Readonly<Record<string, string>>): string =>
    `kafka+ssl://${user}:${encodeURIComponent(word)}@127.0.0.1:${kafkaGuardedPort(service.ports)}?${new URLSearchParams(options).toString()}`;
  const certified = () => ({ ca: kafkaCertificateOf(service.folder) });

  test('over TLS with a password deliveries are made', async () => {
    await using queue = await openAt(urlWith(password, certified()));
    const taken = new Versions();
    await queue.consume(taken.handler);
    await queue.enqueue([head(1, 1)]);
    await taken.has(1, 1);
  });

  test('a password may be shown by SCRAM', async () => {
    const [salt, iterations] = [randomBytes(16), 4_096];
    const saltedPassword = pbkdf2Sync('other word', salt, iterations, 32, 'sha256');
    const wanted = { name: user, mechanism: scramSha256, iterations, salt, saltedPassword };
    await asked(service.port, (connection) =>
      connection.call(connection.client.alterUserScramCredentialsV0.api, [], [wanted]),
    );
    await using queue = await openAt(urlWith('other word', { ...certified(), sasl: 'scram-sha-256' }));
    await queue.enqueue([head(1, 1)]);
  });

  test('a wrong password and a certificate nobody knows are refused, and it is said which', async () => {
    expect(await refusalOf(urlWith('wrong', certified()))).toContain('authentication failed');
    expect(await refusalOf(urlWith(password, {}))).toContain('certificate');
  });
});

/** What is told about an address that cannot be used. */
async function refusalOf(url: string): Promise<string> {
  const warned: { readonly error?: Error }[] = [];
  const log = { ...quiet, warn: (facts: object) => void warned.push(facts) };
  await using queue = openKafkaQueue(url, { clock: systemClock, log });
  while (warned.length === 0) expect(await codeOf(queue.enqueue([head(1, 1)]))).toBe('unavailable');
  return String(warned[0]?.error?.cause);
}

/** Resolves when it answers: making what it needs may take longer than a call. */
async function open(port: number, options: Partial<KafkaQueueOptions> = {}): Promise<Queue> {
  return await openAt(kafkaUrl(port), options);
}

async function openAt(url: string, options: Partial<KafkaQueueOptions> = {}): Promise<Queue> {
  const queue = openKafkaQueue(url, { clock: systemClock, log: quiet, sessionMs, ...options });
  await until(() => queue.depth());
  return queue;
}

/** What a broker does for the first time takes it long. */
async function warmUp(port: number): Promise<void> {
  await using queue = await open(port, { prefix: 'warm.' });
  const taken = new Versions();
  await queue.consume(taken.handler);
  await queue.enqueue([head(1, 1)]);
  await taken.until(1);
}

async function asked<Answer>(port: number, ask: (connection: KafkaConnection) => Promise<Answer>): Promise<Answer> {
  const connection = await KafkaConnection.open(
    parseKafkaUrl(kafkaUrl(port)),
    { host: '127.0.0.1', port },
    () => undefined,
  );
  const answer = await ask(connection);
  connection.cut();
  return answer;
}

async function deadLetterOf(port: number, prefix: string): Promise<unknown> {
  return await asked(port, async (connection) => {
    const partitions = [
      { partition: 0, fetchOffset: 0n, currentLeaderEpoch: -1, lastFetchedEpoch: -1, partitionMaxBytes: 65_536 },
    ];
    const topics = [{ topicId: kafkaPlacesOf(prefix).dead.name, partitions }];
    const answer = await connection.call(connection.client.fetchV12.api, 1_000, 1, 65_536, 0, 0, -1, topics, [], '');
    const letter = answer.responses[0]?.partitions[0]?.records?.[0]?.records[0];
    const headers = new Map(letter?.headers.map(([name, value]) => [String(name), String(value)]));
    return { text: letter?.value?.toString(), error: headers.get('error') };
  });
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
