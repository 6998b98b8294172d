import { queueLimits } from './queue.ts';

export const kafkaLimits = {
  errorLengthMax: 2_000,
  /** Ephemeral entries on their way to the broker. With so many of one partition that wait for the handler, those that come are dropped. */
  ephemeralMax: 1_000,
  /** Entries of one partition with its consumer, those it handed on among them. One read may bring some more. */
  inHandMax: 4_096,
  /** Of those; what is more is given up. */
  handedOnMax: 3_072,
  /** Of one partition in one call to a broker, unless a single entry is larger. */
  publishBytesMax: 524_288,
  /** Of one partition in one answer of a broker: a larger batch comes only when its partition is the first of the call. */
  readBytesMax: 2_097_152,
  /** Of all partitions. */
  answerBytesMax: 8_388_608,
  /** With all that Kafka writes around it; a batch is no larger either. */
  entryBytesMax: 2_097_152,
} as const;

export interface KafkaTopic {
  readonly name: string;
  readonly partitions: number;
  readonly settings: Readonly<Record<string, number | string>>;
}

export type KafkaPlaces = ReturnType<typeof kafkaPlacesOf>;

const day = 86_400_000;
const mebibyte = 1_048_576;
const settings = {
  'cleanup.policy': 'delete',
  'max.message.bytes': kafkaLimits.entryBytesMax,
  // Ages are the broker's business, whatever the clocks of others say.
  'message.timestamp.type': 'LogAppendTime',
} as const;

/**
 * What is where in the cluster. A partition of `<prefix>deliveries` holds what was enqueued, whether it is done or not, until it is a day
 * old or too much; the offset that `<prefix>task` committed is where the first one is that nobody is done with, and what is noted with it
 * is described in `kafka-note.ts`. `<prefix>live` has as many partitions for the ephemeral entries, of which a consumer reads what comes
 * from then on; Kafka cannot but keep them, which it does as shortly as it can. `<prefix>dead` are the dead letters.
 */
export function kafkaPlacesOf(prefix: string) {
  const { partitions } = queueLimits;
  const deliveries: KafkaTopic = {
    name: `${prefix}deliveries`,
    partitions,
    settings: {
      ...settings,
      'retention.ms': day,
      'retention.bytes': 256 * mebibyte,
      'segment.bytes': 64 * mebibyte,
    },
  };
  const live: KafkaTopic = {
    name: `${prefix}live`,
    partitions,
    settings: {
      ...settings,
      'retention.ms': 60_000,
      'segment.ms': 60_000,
      'retention.bytes': 4 * mebibyte,
      'segment.bytes': mebibyte,
    },
  };
  const dead: KafkaTopic = {
    name: `${prefix}dead`,
    partitions: 1,
    settings: {
      ...settings,
      // With what is told of it an entry is longer than it was.
      'max.message.bytes': 2 * kafkaLimits.entryBytesMax,
      'retention.ms': 30 * day,
      'retention.bytes': 64 * mebibyte,
    },
  };
  return { deliveries, live, dead, group: `${prefix}task` };
}
