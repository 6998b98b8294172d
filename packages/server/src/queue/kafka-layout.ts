import type { KafkaBroker } from './kafka-address.ts';
import { kafkaCodes, requireCode, type KafkaConnection } from './kafka-connection.ts';
import type { KafkaPlaces, KafkaTopic } from './kafka-places.ts';
import { pause } from './pause.ts';
import { reconnectingLimits } from './reconnecting.ts';

/** Which broker has what. */
export interface KafkaLayout {
  readonly brokers: ReadonlyMap<number, KafkaBroker>;
  /** Of each topic the brokers that lead its partitions, by their numbers. */
  readonly leaders: ReadonlyMap<string, readonly number[]>;
  /** Whether some of it was not there before. */
  readonly isNew: boolean;
}

/** What has just been made has no leader at first, and a group no coordinator. */
const triesMax = 80;
const tryPauseMs = 100;
/** The default of the cluster. */
const replicationFactor = -1;

type Metadata = Awaited<ReturnType<typeof ask>>;
type TopicMetadata = Metadata['topics'][number];

/**
 * Makes the topics that are missing.
 *
 * @throws when one that is there has another number of partitions
 */
export async function findLayout(connection: KafkaConnection, places: KafkaPlaces): Promise<KafkaLayout> {
  const topics = [places.deliveries, places.live, places.dead];
  let isNew = false;
  for (let tries = 0; tries < triesMax; tries++) {
    const metadata = await ask(connection, topics);
    const isMissing = new Set(
      metadata.topics.filter(({ errorCode }) => errorCode === kafkaCodes.unknownTopic).map(nameOf),
    );
    const missing = topics.filter(({ name }) => isMissing.has(name));
    if (missing.length > 0) await make(connection, missing);
    else if (metadata.topics.every(hasLeaders)) return { ...layoutOf(metadata, topics), isNew };
    isNew ||= missing.length > 0;
    await pause(tryPauseMs);
  }
  throw new Error('The topics have no leaders.');
}

/** The broker that keeps the group's offsets and knows its members. */
export async function findCoordinator(connection: KafkaConnection, group: string): Promise<number> {
  const { findCoordinatorV4, FindCoordinatorKeyTypes } = connection.client;
  for (let tries = 0; tries < triesMax; tries++) {
    const answer = await connection.call(findCoordinatorV4.api, FindCoordinatorKeyTypes.GROUP, [group]);
    const [found] = answer.coordinators;
    if (found === undefined) break;
    const { coordinatorNotAvailable, coordinatorLoading, none } = kafkaCodes;
    requireCode(found.errorCode, `The group ${group}`, [none, coordinatorNotAvailable, coordinatorLoading]);
    if (found.errorCode === none) return found.nodeId;
    await pause(tryPauseMs);
  }
  throw new Error(`The group ${group} has no coordinator.`);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function ask(connection: KafkaConnection, topics: readonly KafkaTopic[]) {
  return connection.call(connection.client.metadataV9.api, topics.map(nameOf), false, false, false);
}

function hasLeaders({ errorCode, name, partitions }: TopicMetadata): boolean {
  requireCode(errorCode, `The topic ${name}`, [kafkaCodes.none, kafkaCodes.leaderNotAvailable]);
  return partitions.length > 0 && partitions.every(({ leaderId }) => leaderId >= 0);
}

async function make(connection: KafkaConnection, topics: readonly KafkaTopic[]): Promise<void> {
  const wanted = topics.map(({ name, partitions: numPartitions, settings }) => {
    const configs = Object.entries(settings).map(([key, value]) => ({ name: key, value: String(value) }));
    return { name, numPartitions, replicationFactor, assignments: [], configs };
  });
  const { createTopicsV7 } = connection.client;
  const answer = await connection.call(createTopicsV7.api, wanted, reconnectingLimits.openMs, false);
  for (const { name, errorCode, errorMessage } of answer.topics)
    // Another process may have been quicker.
    requireCode(errorCode, `The topic ${name} cannot be made, ${errorMessage ?? ''}`, [
      kafkaCodes.none,
      kafkaCodes.topicExists,
    ]);
}

function layoutOf(metadata: Metadata, topics: readonly KafkaTopic[]): Omit<KafkaLayout, 'isNew'> {
  const brokers = new Map(metadata.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
  const leaders = new Map<string, readonly number[]>();
  for (const { name, partitions } of metadata.topics) {
    const wanted = topics.find((topic) => topic.name === name)?.partitions;
    if (partitions.length !== wanted)
      throw new Error(
        `The topic ${name} has ${partitions.length} partitions and must have ${wanted}: remove it, and it is made again.`,
      );
    const sorted = partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex);
    leaders.set(
      name,
      sorted.map(({ leaderId }) => leaderId),
    );
  }
  return { brokers, leaders };
}
