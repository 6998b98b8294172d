import { afterAll, beforeAll } from 'bun:test';
import { quiet } from '../../test/connect/test-node.ts';
import { redisKind } from '../../test/services/redis.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock } from '../clock.ts';
import { queueConformance } from './queue.conformance.ts';
import type { Queue } from './queue.ts';
import { openRedisQueue, type RedisQueueOptions } from './redis.ts';

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
});

function open(port: number, options: Partial<RedisQueueOptions> = {}): Queue {
  return openRedisQueue(`redis://127.0.0.1:${port}`, { clock: systemClock, log: quiet, ...options });
}
