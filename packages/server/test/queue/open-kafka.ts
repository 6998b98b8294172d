import { systemClock } from '../../src/clock.ts';
import { parseKafkaUrl } from '../../src/queue/kafka-address.ts';
import { KafkaConnection } from '../../src/queue/kafka-connection.ts';
import { kafkaPlacesOf } from '../../src/queue/kafka-places.ts';
import { openKafkaQueue, type KafkaQueueOptions } from '../../src/queue/kafka.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { quiet } from '../connect/test-node.ts';
import { kafkaUrl } from '../services/kafka.ts';
import { until } from './until.ts';

/** On a busy machine. */
const callMs = 5_000;

/** Resolves when it answers: making what it needs may take longer than a call. */
export async function openKafka(url: string, options: Partial<KafkaQueueOptions> = {}): Promise<Queue> {
  const queue = openKafkaQueue(url, { clock: systemClock, log: quiet, callMs, ...options });
  await until(() => queue.depth());
  return queue;
}

/** What a broker answers when it is asked directly. */
export async function asked<Answer>(
  port: number,
  ask: (connection: KafkaConnection) => Promise<Answer>,
): Promise<Answer> {
  const connection = await KafkaConnection.open(
    parseKafkaUrl(kafkaUrl(port)),
    { host: '127.0.0.1', port },
    () => undefined,
  );
  const answer = await ask(connection);
  connection.cut();
  return answer;
}

export async function deadLetterOf(port: number, prefix: string): Promise<unknown> {
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
