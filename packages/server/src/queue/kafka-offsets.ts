import type { KafkaCluster, KafkaUse } from './kafka-cluster.ts';
import { requireCode } from './kafka-connection.ts';
import type { KafkaPlaces, KafkaTopic } from './kafka-places.ts';

/** Offsets of a partition: of the first entry there, and of the next one to come. */
export interface KafkaExtent {
  readonly first: number;
  readonly next: number;
}

export interface KafkaCommitted {
  /** Undefined: never. */
  readonly offset: number | undefined;
  readonly note: string;
}

type Ask = readonly [cluster: KafkaCluster, use: KafkaUse];

const client = -1;
const unknownEpoch = -1;

export async function extentsOf(
  [cluster, use]: Ask,
  topic: KafkaTopic,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, KafkaExtent>> {
  const leaders = [...cluster.byLeader(topic, numbers)];
  const found = await Promise.all(
    leaders.map(async ([leader, led]) => {
      const at = { cluster, use, topic, leader };
      const [first, next] = await Promise.all([offsetsAt(at, led, 'EARLIEST'), offsetsAt(at, led, 'LATEST')]);
      return led.map((number) => [number, { first: first.get(number) ?? 0, next: next.get(number) ?? 0 }] as const);
    }),
  );
  return new Map(found.flat());
}

async function offsetsAt(
  at: { readonly cluster: KafkaCluster; readonly use: KafkaUse; readonly topic: KafkaTopic; readonly leader: number },
  numbers: readonly number[],
  end: 'EARLIEST' | 'LATEST',
): Promise<ReadonlyMap<number, number>> {
  const { cluster, use, topic, leader } = at;
  const connection = await cluster.toLeader(leader, use);
  const { listOffsetsV6, ListOffsetTimestamps, FetchIsolationLevels } = connection.client;
  const timestamp = ListOffsetTimestamps[end];
  const partitions = numbers.map((partitionIndex) => ({ partitionIndex, currentLeaderEpoch: unknownEpoch, timestamp }));
  const asked = [{ name: topic.name, partitions }];
  const answer = await connection.call(listOffsetsV6.api, client, FetchIsolationLevels.READ_UNCOMMITTED, asked);
  const found = answer.topics.flatMap((answered) => answered.partitions);
  for (const { errorCode, partitionIndex } of found)
    requireCode(errorCode, `${topic.name}, partition ${partitionIndex}`);
  return new Map(found.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]));
}

/** How far the group is. */
export async function committedOf(
  [cluster, use]: Ask,
  { group: groupId, deliveries }: KafkaPlaces,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, KafkaCommitted>> {
  const connection = await cluster.toCoordinator(use);
  const topics = [{ name: deliveries.name, partitionIndexes: [...numbers] }];
  const { offsetFetchV8 } = connection.client;
  const answer = await connection.call(offsetFetchV8.api, [{ groupId, memberEpoch: unknownEpoch, topics }], true);
  const committed = new Map<number, KafkaCommitted>();
  for (const group of answer.groups) {
    requireCode(group.errorCode, `The offsets of ${groupId}`);
    for (const { partitionIndex, errorCode, committedOffset, metadata } of group.topics.flatMap(partitionsOf)) {
      requireCode(errorCode, `The offset of partition ${partitionIndex}`);
      const offset = committedOffset < 0n ? undefined : Number(committedOffset);
      committed.set(partitionIndex, { offset, note: metadata ?? '' });
    }
  }
  return committed;
}

function partitionsOf<Partition>({ partitions }: { readonly partitions: readonly Partition[] }): readonly Partition[] {
  return partitions;
}
