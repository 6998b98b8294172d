import { systemClock, type Clock } from '../clock.ts';
import { spelling, type Config } from '../config/config.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import { openKafkaQueue } from '../queue/kafka.ts';
import { MemoryQueue } from '../queue/memory.ts';
import type { Queue, QueueDepth } from '../queue/queue.ts';
import { openRabbitQueue } from '../queue/rabbitmq.ts';
import { openRedisQueue } from '../queue/redis.ts';
import { reasonOf, StartError } from '../start-error.ts';

interface QueueOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** @throws StartError */
export function chooseQueue({ queueUrl: url }: Config, options: QueueOptions): Queue {
  const { log } = options;
  const onDead = ({ topic }: Delivery, error: unknown): void =>
    log.error({ topic, error }, 'A delivery could not be made');
  if (url.startsWith('memory:')) return new MemoryQueue({ onDead });
  try {
    return openerOf(url)(url, options);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new StartError(`${spelling.environment('queueUrl')} ${cause.message}`, { cause });
  }
}

function openerOf(url: string): (url: string, options: QueueOptions) => Queue {
  if (/^amqps?:/.test(url)) return openRabbitQueue;
  return /^kafka(\+ssl)?:/.test(url) ? openKafkaQueue : openRedisQueue;
}

/** The first answer of an engine that has to make what it needs takes longer than a call may. */
const askTriesMax = 5;
const nobody = (): void => undefined;
const quiet: Log = { debug: nobody, info: nobody, warn: nobody, error: nobody };

/** How much is in the queue of the configuration. @throws StartError when it does not answer. */
export async function askQueue(config: Config): Promise<QueueDepth> {
  await using queue = chooseQueue(config, { clock: systemClock, log: quiet });
  for (let tries = 1; ; tries++)
    try {
      return await queue.depth();
    } catch (cause) {
      if (tries === askTriesMax)
        throw new StartError(`${spelling.environment('queueUrl')} cannot be used: ${reasonOf(cause)}`, { cause });
      await Bun.sleep(tries * 100);
    }
}
