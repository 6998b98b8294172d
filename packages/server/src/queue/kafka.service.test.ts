import { afterAll, beforeAll } from 'bun:test';
import { quiet } from '../../test/connect/test-node.ts';
import { until } from '../../test/queue/until.ts';
import { kafkaKind, kafkaUrl } from '../../test/services/kafka.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock } from '../clock.ts';
import { openKafkaQueue, type KafkaQueueOptions } from './kafka.ts';
import { queueConformance } from './queue.conformance.ts';
import { type Queue } from './queue.ts';

/** Several processes, one after the other. */
const slow = 60_000;

describeWith(kafkaKind, () => {
  let service: Service;
  const prefixes = new Map<Queue, string>();
  beforeAll(async () => void (service = await Service.start(kafkaKind)), slow);
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
});

/** Resolves when it answers: making what it needs may take longer than a call. */
async function open(port: number, options: Partial<KafkaQueueOptions> = {}): Promise<Queue> {
  const queue = openKafkaQueue(kafkaUrl(port), { clock: systemClock, log: {...quiet, warn: (f,m)=>console.log(m,f)}, sessionMs: 2_000, ...options });
  await until(() => queue.depth());
  return queue;
}
