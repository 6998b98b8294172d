import { readFileSync } from 'node:fs';
import type * as Kafka from '@platformatic/kafka';
import type { KafkaAddress, KafkaBroker } from './kafka-address.ts';
import { reconnectingLimits } from './reconnecting.ts';

export type KafkaClient = typeof Kafka;

/** What brokers answer with, of what is told apart here. */
export const kafkaCodes = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopic: 3,
  leaderNotAvailable: 5,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  topicExists: 36,
  memberIdRequired: 79,
} as const;

/** Only who has its queue on Kafka pays for the client: half a second and 75 MB. */
export async function loadKafka(): Promise<KafkaClient> {
  return await import('@platformatic/kafka');
}

/**
 * One connection to one broker, which answers one call after the other. Of the client it is the protocol alone that is used: what is
 * tried again, when, and with what rights is for the queue to decide.
 */
export class KafkaConnection {
  readonly client: KafkaClient;
  private readonly connection: Kafka.Connection;

  private constructor(client: KafkaClient, connection: Kafka.Connection) {
    this.client = client;
    this.connection = connection;
  }

  /** @param lost called when it ends, whatever ends it */
  static async open(
    address: KafkaAddress,
    { host, port }: KafkaBroker,
    lost: (error: unknown) => void,
  ): Promise<KafkaConnection> {
    const client = await loadKafka();
    const connection = new client.Connection('parley', optionsOf(address));
    let error: unknown;
    connection.on('error', (cause) => (error = cause));
    await connection.connect(host, port);
    connection.on('close', () => lost(error ?? new Error(`The connection to ${host}:${port} was closed.`)));
    return new KafkaConnection(client, connection);
  }

  /** Resolves with what the broker answers, which may tell of errors. Rejects when it does not answer. */
  async call<Args extends unknown[], Answer>(api: Kafka.API<Args, Answer>, ...args: Args): Promise<Answer> {
    try {
      return await api.async(this.connection, ...args);
    } catch (error) {
      if (error instanceof this.client.ResponseError && 'response' in error) return error.response as Answer;
      throw error;
    }
  }

  /** Without a word to the other side; what is not answered rejects. */
  cut(): void {
    this.connection.socket?.destroy();
  }
}

/** @throws when `code` is none of those that are allowed. */
export function requireCode(code: number, what: string, allowed: readonly number[] = [kafkaCodes.none]): void {
  if (!allowed.includes(code)) throw new Error(`${what}: the broker answers with error ${code}.`);
}

function optionsOf({ isSecure, caPath, login }: KafkaAddress): Kafka.ConnectionOptions {
  return {
    connectTimeout: reconnectingLimits.openMs,
    // The callers have deadlines of their own, and cut what does not keep them.
    requestTimeout: reconnectingLimits.openMs * 2,
    ...(isSecure ? { tls: caPath === undefined ? {} : { ca: readFileSync(caPath) } } : {}),
    ...(login === undefined ? {} : { sasl: login }),
  };
}
