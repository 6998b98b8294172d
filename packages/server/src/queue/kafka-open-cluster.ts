import type { KafkaAddress } from './kafka-address.ts';
import { KafkaCluster } from './kafka-cluster.ts';
import { KafkaConnection } from './kafka-connection.ts';
import { findCoordinator, findLayout } from './kafka-layout.ts';
import { extentsOf } from './kafka-offsets.ts';
import type { KafkaPlaces, KafkaTopic } from './kafka-places.ts';
import { pause } from './pause.ts';

/** Brokers that were told to lead what is new do so a little later. */
const settleTriesMax = 40;
const settlePauseMs = 50;

/**
 * Finds the brokers, and makes what is missing.
 *
 * @param lost called when it is of no use any more
 * @throws when what is there was made otherwise
 */
export async function openKafkaCluster(
  address: KafkaAddress,
  places: KafkaPlaces,
  lost: (error: unknown) => void,
): Promise<KafkaCluster> {
  const first = await firstThatAnswers(address);
  try {
    const layout = await findLayout(first, places);
    const coordinator = await findCoordinator(first, places.group);
    const cluster = new KafkaCluster({ address, layout, coordinator, lost });
    if (layout.isNew) await settle(cluster, places);
    return cluster;
  } finally {
    first.cut();
  }
}

/** Who comes again after a broker that hangs begins at another one. */
async function firstThatAnswers(address: KafkaAddress): Promise<KafkaConnection> {
  const { brokers } = address;
  const first = Math.floor(Math.random() * brokers.length);
  const order = [...brokers.slice(first), ...brokers.slice(0, first)];
  let failure: unknown;
  for (const broker of order)
    try {
      return await KafkaConnection.open(address, broker, nothing);
    } catch (error) {
      failure = error;
    }
  throw failure;
}

async function settle(cluster: KafkaCluster, places: KafkaPlaces): Promise<void> {
  const topics = [places.deliveries, places.live, places.dead];
  for (let tries = 1; ; tries++)
    try {
      await Promise.all(topics.map((topic) => extentsOf([cluster, 'ask'], topic, numbersOf(topic))));
      return;
    } catch (error) {
      if (tries < settleTriesMax) await pause(settlePauseMs);
      else {
        cluster.cut();
        throw error;
      }
    }
}

function numbersOf({ partitions }: KafkaTopic): readonly number[] {
  return Array.from({ length: partitions }, (_, number) => number);
}

function nothing(): void {
  // Nobody waits for it.
}
