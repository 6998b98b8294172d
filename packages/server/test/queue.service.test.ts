import { expect, test } from 'bun:test';
import { RedisClient } from 'bun';
import { Guest } from './guest.ts';
import { ServerProcess } from './server-process.ts';
import { parley } from './run-parley.ts';
import { kafkaKind, kafkaUrl } from './services/kafka.ts';
import { rabbitmqKind, rabbitmqUrl } from './services/rabbitmq.ts';
import { redisKind } from './services/redis.ts';
import { describeWith, Service } from './services/service.ts';

/** A push that was lost is found by the next head, within 30 s. */
const slow = 180_000;

describeWith(redisKind, () => {
  test(
    'F3 D15 the queue on Redis emptied, killed and started again costs no message, and nobody their connection',
    async () => {
      await using redis = await Service.start(redisKind);
      const url = `redis://127.0.0.1:${redis.port}/3`;
      await using server = await ServerProcess.start({ PARLEY_QUEUE_URL: url });
      await using ann = await Guest.enter(server);
      await using ben = await Guest.enter(server);
      await ann.tells(ben, 'before');
      await command(url, 'FLUSHALL');
      await ann.tells(ben, 'emptied');
      await redis.kill();
      const told = ann.tells(ben, 'killed');
      await until(async () => (await fetch(`http://127.0.0.1:${server.ports.ops}/readyz`)).status === 503);
      await redis.start();
      await told;
      await ben.tells(ann, 'started again');
      await using cat = await Guest.enter(server);
      await cat.tells(ben, 'and somebody new');
      expect([ann.losses, ben.losses]).toEqual([0, 0]);
    },
    slow,
  );
});

describeWith(rabbitmqKind, () => {
  test(
    'F3 D15 the queue on RabbitMQ killed and started again costs no message, and nobody their connection; doctor tells',
    async () => {
      await using rabbit = await Service.start(rabbitmqKind);
      await using server = await ServerProcess.start({ PARLEY_QUEUE_URL: rabbitmqUrl(rabbit.port) });
      await using ann = await Guest.enter(server);
      await using ben = await Guest.enter(server);
      await ann.tells(ben, 'before');
      await rabbit.stop();
      const told = ann.tells(ben, 'stopped');
      await until(async () => (await fetch(`${server.opsUrl}/readyz`)).status === 503);
      const examine = () => parley(['doctor'], { env: { PARLEY_QUEUE_URL: rabbitmqUrl(rabbit.port) } });
      expect((await examine()).out).toContain('PARLEY_QUEUE_URL cannot be used');
      await rabbit.start();
      await told;
      await ben.tells(ann, 'started again');
      expect((await examine()).out).toContain('The queue answers');
      expect([ann.losses, ben.losses]).toEqual([0, 0]);
    },
    slow,
  );
});

describeWith(kafkaKind, () => {
  test(
    'F3 D15 the queue on Kafka killed and started again costs no message, and nobody their connection; doctor tells',
    async () => {
      await using kafka = await Service.start(kafkaKind);
      await using server = await ServerProcess.start({ PARLEY_QUEUE_URL: kafkaUrl(kafka.port) });
      await using ann = await Guest.enter(server);
      await using ben = await Guest.enter(server);
      await ann.tells(ben, 'before');
      await kafka.kill();
      const told = ann.tells(ben, 'killed');
      await until(async () => (await fetch(`${server.opsUrl}/readyz`)).status === 503);
      const examine = () => parley(['doctor'], { env: { PARLEY_QUEUE_URL: kafkaUrl(kafka.port) } });
      expect((await examine()).out).toContain('PARLEY_QUEUE_URL cannot be used');
      await kafka.start();
      await told;
      await ben.tells(ann, 'started again');
      expect((await examine()).out).toContain('The queue answers');
      expect([ann.losses, ben.losses]).toEqual([0, 0]);
    },
    slow,
  );
});

async function command(url: string, name: string, ...args: string[]): Promise<unknown> {
  const client = new RedisClient(url);
  const answer: unknown = await client.send(name, args);
  client.close();
  return answer;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(50);
}
