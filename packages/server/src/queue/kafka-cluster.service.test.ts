import { expect, test } from 'bun:test';
import { asked, openKafka } from '../../test/queue/open-kafka.ts';
import { emptied, until } from '../../test/queue/until.ts';
import { Versions } from '../../test/queue/versions.ts';
import { kafkaFirstKind, kafkaSecondKind } from '../../test/services/kafka.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { kafkaPlacesOf } from './kafka-places.ts';
import type { Queue } from './queue.ts';
import { head } from './sample-deliveries.ts';

/** Three starts on a busy machine. */
const slow = 120_000;
const conversations = [1, 2, 3, 4, 5, 6, 7, 8];

describeWith(kafkaFirstKind, () => {
  test(
    'F3 of two brokers that each lead some partitions one is killed and comes back: nothing is lost, and order holds',
    async () => {
      await using first = await Service.start(kafkaFirstKind);
      await using second = await Service.start(kafkaSecondKind(first.ports));
      await until(async () => expect(await brokersOf(first.port)).toBe(2));
      await using queue = await openKafka(`kafka://127.0.0.1:${second.port},127.0.0.1:${first.port}`);
      expect(await leadersOf(first.port)).toEqual([1, 2]);
      const taken = new Versions();
      await queue.consume(taken.handler);
      await enqueue(queue, 1, 20);
      await second.kill();
      await enqueue(queue, 21, 40);
      expect(await leadersOf(first.port)).toEqual([1]);
      await second.start();
      await enqueue(queue, 41, 60);
      const all = Array.from({ length: 60 }, (_, index) => index + 1);
      for (const id of conversations) expect(await taken.firsts(id, 60)).toEqual(all);
      await emptied(queue);
    },
    slow,
  );
});

async function enqueue(queue: Queue, from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version++)
    await until(() => queue.enqueue(conversations.map((id) => head(id, version))));
}

async function brokersOf(port: number): Promise<number> {
  const { brokers } = await asked(port, (connection) => connection.call(connection.client.metadataV9.api, []));
  return brokers.length;
}

async function leadersOf(port: number): Promise<readonly number[]> {
  const { name } = kafkaPlacesOf('parley.').deliveries;
  const { topics } = await asked(port, (connection) => connection.call(connection.client.metadataV9.api, [name]));
  const leaders = topics.flatMap(({ partitions }) => partitions.map(({ leaderId }) => leaderId));
  return [...new Set(leaders)].toSorted((a, b) => a - b);
}
