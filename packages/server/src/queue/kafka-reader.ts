import type { fetchV12 as calls } from '@platformatic/kafka';
import type { KafkaCluster } from './kafka-cluster.ts';
import { kafkaCodes, requireCode } from './kafka-connection.ts';
import type { KafkaPartition } from './kafka-partition.ts';
import { kafkaLimits, type KafkaPlaces, type KafkaTopic } from './kafka-places.ts';
import { pause } from './pause.ts';
import { queueLimits } from './queue.ts';

export interface KafkaReaderOptions {
  readonly cluster: KafkaCluster;
  readonly places: KafkaPlaces;
  /** Those of this process, by their numbers. */
  readonly partitions: ReadonlyMap<number, KafkaPartition>;
  /** What was to be read of it is there no more. */
  onGone(partition: KafkaPartition): void;
  /** Called when a broker does not answer, or does not lead its partitions any more. */
  lost(error: unknown): void;
}

type FetchRequestTopic = calls.FetchRequestTopic;
type FetchResponsePartition = calls.FetchResponsePartition;

/** How long a broker waits when there is nothing: a partition that came meanwhile is read after that. */
const waitMs = 250;
/** There is no room for any: neither here nor with the broker anything is asked. */
const idleMs = 50;
const noSession = { id: 0, epoch: -1 } as const;
const unknownEpoch = -1;
/** As soon as there is anything. [Q6] */
const leastBytes = 1;

/** Reads the partitions of this process: of each broker that leads some of them one call after the other. */
export class KafkaReader {
  private readonly options: KafkaReaderOptions;
  private readonly reading = new Set<number>();
  private isEnded = false;

  constructor(options: KafkaReaderOptions) {
    this.options = options;
  }

  /** Begins with the brokers that lead partitions of this process by now. */
  start(): void {
    const { cluster, places, partitions, lost } = this.options;
    for (const leader of cluster.byLeader(places.deliveries, partitions.keys()).keys()) this.startWith(leader, lost);
    for (const leader of cluster.byLeader(places.live, partitions.keys()).keys()) this.startWith(leader, lost);
  }

  end(): void {
    this.isEnded = true;
  }

  private startWith(leader: number, lost: (error: unknown) => void): void {
    if (this.reading.has(leader)) return;
    this.reading.add(leader);
    this.readAll(leader).catch((error: unknown) => {
      if (!this.isEnded) lost(error);
    });
  }

  private async readAll(leader: number): Promise<void> {
    for (let turn = 0; !this.isEnded && this.isLeading(leader); turn++)
      if (!(await this.read(leader, turn))) await pause(idleMs);
    this.reading.delete(leader);
  }

  private isLeading(leader: number): boolean {
    const { cluster, places, partitions } = this.options;
    return [places.deliveries, places.live].some((topic) => cluster.byLeader(topic, partitions.keys()).has(leader));
  }

  /** False: there is no room for more. */
  private async read(leader: number, turn: number): Promise<boolean> {
    const { cluster, places } = this.options;
    const asked = new Map([...this.options.partitions].toSorted(([a], [b]) => placeOf(a, turn) - placeOf(b, turn)));
    const topics = this.wantedOf(leader, asked);
    // Each topic is the first while all of its partitions have their turns.
    if (Math.floor(turn / queueLimits.partitions) % 2 > 0) topics.reverse();
    if (topics.length === 0) return false;
    const connection = await cluster.toLeader(leader, 'read');
    const { fetchV12, FetchIsolationLevels } = connection.client;
    const level = FetchIsolationLevels.READ_UNCOMMITTED;
    const { answerBytesMax } = kafkaLimits;
    const answer = await connection.call(
      fetchV12.api,
      waitMs,
      leastBytes,
      answerBytesMax,
      level,
      noSession.id,
      noSession.epoch,
      topics,
      [],
      '',
    );
    requireCode(answer.errorCode, 'Reading');
    for (const topic of answer.responses)
      for (const read of topic.partitions) this.take(read, asked, topic.topicId === places.live.name);
    return true;
  }

  private wantedOf(leader: number, asked: ReadonlyMap<number, KafkaPartition>): FetchRequestTopic[] {
    const { cluster, places } = this.options;
    const partitionsOf = (topic: KafkaTopic): readonly KafkaPartition[] =>
      (cluster.byLeader(topic, asked.keys()).get(leader) ?? []).flatMap((number) => asked.get(number) ?? []);
    const deliveries = partitionsOf(places.deliveries).filter(({ hasRoom }) => hasRoom);
    return [
      topicFrom(
        places.deliveries,
        deliveries.map(({ number, place }) => [number, place.offset]),
      ),
      topicFrom(
        places.live,
        partitionsOf(places.live).map(({ number, place }) => [number, place.liveOffset]),
      ),
    ].filter(({ partitions }) => partitions.length > 0);
  }

  private take(read: FetchResponsePartition, asked: ReadonlyMap<number, KafkaPartition>, isLive: boolean): void {
    const { partitionIndex: number, errorCode, records } = read;
    const partition = this.options.partitions.get(number);
    // What is not this process's any more, or is so anew, was not asked for.
    if (partition === undefined || partition !== asked.get(number)) return;
    requireCode(errorCode, `Reading partition ${number}`, [kafkaCodes.none, kafkaCodes.offsetOutOfRange]);
    if (errorCode === kafkaCodes.offsetOutOfRange) this.options.onGone(partition);
    else if (isLive) partition.addLive(records ?? []);
    else partition.add(records ?? []);
  }
}

/** A broker fills its answer in the order of the call, and who comes last may find no room: so everyone has turns of being the first. */
function placeOf(partition: number, turn: number): number {
  return (partition + turn) % queueLimits.partitions;
}

/** @param places of its partitions: which, and from where on */
function topicFrom({ name }: KafkaTopic, places: readonly (readonly [number, number])[]): FetchRequestTopic {
  const partitions = places.map(([partition, offset]) => ({
    partition,
    fetchOffset: BigInt(offset),
    currentLeaderEpoch: unknownEpoch,
    lastFetchedEpoch: unknownEpoch,
    partitionMaxBytes: kafkaLimits.readBytesMax,
  }));
  return { topicId: name, partitions };
}
