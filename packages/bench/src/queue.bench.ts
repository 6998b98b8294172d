import { systemClock } from '@parley/server/src/clock.ts';
import { topicOf, type Delivery } from '@parley/server/src/delivery.ts';
import type { Queue } from '@parley/server/src/queue/queue.ts';
import { openKafkaQueue } from '@parley/server/src/queue/kafka.ts';
import { openRabbitQueue } from '@parley/server/src/queue/rabbitmq.ts';
import { openRedisQueue } from '@parley/server/src/queue/redis.ts';
import { Service, type ServiceKind } from '@parley/server/src/services/service.ts';
import { kafkaKind, kafkaUrl } from '@parley/server/test/services/kafka.ts';
import { rabbitmqKind, rabbitmqUrl } from '@parley/server/test/services/rabbitmq.ts';
import { redisKind } from '@parley/server/test/services/redis.ts';
import { summaryOf } from './measure/statistics.ts';

/**
 * What a queue carries on this machine: messages of 64 conversations, enqueued as logic does it, one call at a time with what gathered
 * meanwhile, and taken by a handler that does nothing; then lone ones, from `enqueue` to the handler.
 * `bun queue.bench.ts [redis|rabbitmq|kafka …]`
 */
const rounds = 5;
const perRound = 20_000;
const perCall = 200;
const loneCalls = 500;
const conversations = 64;
const text =
  'The quick brown fox jumps over the lazy dog, and then it does it again, because nobody looked the first time. 再来一次吧。';
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

interface Engine {
  readonly kind: ServiceKind;
  open(port: number): Queue;
}

const engines: Readonly<Record<string, Engine>> = {
  redis: {
    // As people run it who do not want to lose what it holds.
    kind: { ...redisKind, arguments: (place) => redisKind.arguments({ ...place, isKept: true }) },
    open: (port) => openRedisQueue(`redis://127.0.0.1:${port}`, { clock: systemClock, log }),
  },
  rabbitmq: {
    kind: rabbitmqKind,
    open: (port) => openRabbitQueue(rabbitmqUrl(port), { clock: systemClock, log }),
  },
  kafka: {
    kind: kafkaKind,
    open: (port) => openKafkaQueue(kafkaUrl(port), { clock: systemClock, log }),
  },
};

function nothing(): void {
  // Nobody reads it.
}

function delivery(number: number): Delivery {
  const conversationId = 1_000_000 + (number % conversations);
  const content = { type: 'text', text } as const;
  const numbers = { seq: number, version: number, senderId: 1_000, createdAt: 1_790_000_000_000 };
  const message = { conversationId, id: '9007199254740993', clientMsgId: `m-${number}`, content, ...numbers };
  return { topic: topicOf.conversation(conversationId), push: { push: 'message.changed', message } };
}

/** Counts what a handler gets. */
class Counter {
  private count = 0;
  private wanted = 0;
  private reached = Promise.withResolvers<void>();
  readonly handler = async (batch: readonly Delivery[]): Promise<void> => {
    this.count += batch.length;
    if (this.count >= this.wanted) this.reached.resolve();
  };

  /** Resolves when so many more came. */
  async more(count: number): Promise<void> {
    this.wanted = this.count + count;
    this.reached = Promise.withResolvers();
    await this.reached.promise;
  }
}

async function round(queue: Queue, counter: Counter): Promise<number> {
  const began = performance.now();
  const taken = counter.more(perRound);
  for (let number = 0; number < perRound; number += perCall)
    await queue.enqueue(Array.from({ length: perCall }, (_, index) => delivery(number + index)));
  await taken;
  return (perRound / (performance.now() - began)) * 1_000;
}

async function lone(queue: Queue, counter: Counter): Promise<number> {
  const began = performance.now();
  const taken = counter.more(1);
  await queue.enqueue([delivery(1)]);
  await taken;
  return performance.now() - began;
}

async function measure(name: string, { kind, open }: Engine): Promise<void> {
  await using service = await Service.start(kind);
  await using queue = open(service.port);
  const counter = new Counter();
  await queue.consume(counter.handler);
  const [rates, waits]: [number[], number[]] = [[], []];
  for (let count = 0; count < rounds; count++) rates.push(await round(queue, counter));
  for (let count = 0; count < loneCalls; count++) waits.push(await lone(queue, counter));
  const rate = Math.round(summaryOf(rates).median).toLocaleString('en');
  const wait = summaryOf(waits).median.toFixed(2);
  process.stdout.write(`${name}: ${rate} deliveries/s; a lone one is with the handler after ${wait} ms\n`);
}

const wanted = process.argv.slice(2);
for (const [name, engine] of Object.entries(engines))
  if (wanted.length === 0 || wanted.includes(name)) await measure(name, engine);
