import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { etcdKind } from './etcd.ts';
import { kafkaKind } from './kafka.ts';
import { mariaDbKind } from './mariadb.ts';
import { postgresKind } from './postgres.ts';
import { rabbitmqKind } from './rabbitmq.ts';
import { redisKind } from './redis.ts';
import { describeWith, Service } from './service.ts';

/** Two starts of what starts slowly, on a busy machine. */
const slow = 120_000;

for (const kind of [etcdKind, kafkaKind, mariaDbKind, postgresKind, rabbitmqKind, redisKind])
  describeWith(kind, () => {
    test(
      'a service answers while it runs, keeps its port over a kill, and leaves nothing behind',
      async () => {
        const service = await Service.start(kind);
        const { port } = service;
        expect(await kind.isReady(port)).toBe(true);
        await service.kill();
        expect(await kind.isReady(port)).toBe(false);
        await service.start();
        expect(service.port).toBe(port);
        expect(await kind.isReady(port)).toBe(true);
        await service[Symbol.asyncDispose]();
        expect(await kind.isReady(port)).toBe(false);
        expect(existsSync(service.folder)).toBe(false);
      },
      slow,
    );

    test(
      'two services of a kind run beside each other',
      async () => {
        const [one, other] = await Promise.all([Service.start(kind), Service.start(kind)]);
        expect(one.port).not.toBe(other.port);
        expect([await kind.isReady(one.port), await kind.isReady(other.port)]).toEqual([true, true]);
        await Promise.all([one[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
      },
      slow,
    );
  });
