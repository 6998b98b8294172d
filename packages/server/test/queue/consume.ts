import { writeSync } from 'node:fs';
import { systemClock } from '../../src/clock.ts';
import { openKafkaQueue } from '../../src/queue/kafka.ts';
import { openRabbitQueue } from '../../src/queue/rabbitmq.ts';
import { openRedisQueue } from '../../src/queue/redis.ts';
import { quiet } from '../connect/test-node.ts';
import type { ConsumerOptions } from './consumer-process.ts';

const { url, habit, ...options } = JSON.parse(process.argv[2] ?? '') as ConsumerOptions;
const openers = { amqp: openRabbitQueue, kafka: openKafkaQueue, redis: openRedisQueue } as const;
const open = openers[new URL(url).protocol.slice(0, -1) as keyof typeof openers];
const queue = open(url, { ...options, clock: systemClock, log: quiet, retryDelayMs: 0 });
await queue.consume(async (batch) => {
  let isPoisoned = false;
  for (const { topic, push } of batch) {
    const version = 'version' in push ? push.version : 0;
    writeSync(1, `${topic} ${version}\n`);
    isPoisoned ||= version === 2;
  }
  if (habit === 'die' && isPoisoned) process.kill(process.pid, 'SIGKILL');
  if (habit === 'hang') await new Promise(() => undefined);
});
