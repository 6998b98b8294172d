import type { KafkaCluster } from './kafka-cluster.ts';
import { requireCode } from './kafka-connection.ts';
import { kafkaLimits, type KafkaTopic } from './kafka-places.ts';
import { reconnectingLimits } from './reconnecting.ts';

export interface KafkaLetter {
  readonly partition: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface KafkaPublisherOptions {
  readonly cluster: KafkaCluster;
  readonly topic: KafkaTopic;
  /** `all`: of as many brokers as the topic wants; `leader`: of one, without waiting for the others. */
  readonly acknowledgedBy: 'all' | 'leader';
  /** Of letters that wait for the call before; the oldest go first. Without it the callers see to it. */
  readonly waitingMax?: number;
}

interface Waiting {
  readonly partition: number;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly sending: Sending;
}

interface Sending {
  left: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Sends to the partitions of a topic: one call at a time to each leader, with what gathered while the last one was out. Nothing is sent
 * twice: what is in doubt rejects, and the caller knows best. So order needs no numbers of a producer.
 */
export class KafkaPublisher {
  private readonly options: KafkaPublisherOptions;
  private waiting: Waiting[] = [];
  private running: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(options: KafkaPublisherOptions) {
    this.options = options;
  }

  /** Resolves when the brokers have all of them. After a rejection the publisher is of no use any more. */
  send(letters: readonly KafkaLetter[]): Promise<void> {
    if (letters.length === 0) return Promise.resolve();
    if (this.failure !== undefined) return Promise.reject(this.failure.error);
    return new Promise((resolve, reject) => {
      const sending = { left: letters.length, resolve, reject };
      for (const letter of letters) this.waiting.push(waitingOf(letter, sending));
      this.dropOldest();
      this.running ??= this.run();
    });
  }

  private dropOldest(): void {
    const { waitingMax = Infinity } = this.options;
    if (this.waiting.length > waitingMax) confirm(this.waiting.splice(0, this.waiting.length - waitingMax));
  }

  private async run(): Promise<void> {
    // What is enqueued in one turn goes together.
    await new Promise((resolve) => setImmediate(resolve));
    try {
      while (this.waiting.length > 0) await this.sendNext();
    } catch (error) {
      this.fail(error);
    }
    this.running = undefined;
  }

  private async sendNext(): Promise<void> {
    const next = this.takeNext();
    try {
      await this.publish(next);
      confirm(next);
    } catch (error) {
      for (const { sending } of next) sending.reject(error);
      throw error;
    }
  }

  private fail(error: unknown): void {
    this.failure = { error };
    for (const { sending } of this.waiting.splice(0)) sending.reject(error);
  }

  /** As much of each partition as goes into one call; the rest keeps its order. */
  private takeNext(): readonly Waiting[] {
    const bytes = new Map<number, number>();
    const { true: taken = [], false: left = [] } = Object.groupBy(this.waiting, ({ partition, value }) => {
      const before = bytes.get(partition) ?? 0;
      const fits = before === 0 || before + value.byteLength <= kafkaLimits.publishBytesMax;
      bytes.set(partition, fits ? before + value.byteLength : Infinity);
      return String(fits) as 'true' | 'false';
    });
    this.waiting = left;
    return taken;
  }

  private async publish(letters: readonly Waiting[]): Promise<void> {
    const { cluster, topic } = this.options;
    const partitions = Map.groupBy(letters, ({ partition }) => partition);
    const leaders = cluster.byLeader(topic, partitions.keys());
    await Promise.all(
      [...leaders].map(([leader, numbers]) =>
        this.produce(
          leader,
          numbers.flatMap((number) => partitions.get(number) ?? []),
        ),
      ),
    );
  }

  private async produce(leader: number, letters: readonly Waiting[]): Promise<void> {
    const { cluster, topic, acknowledgedBy } = this.options;
    const connection = await cluster.toLeader(leader, 'publish');
    const { produceV8, ProduceAcks } = connection.client;
    const acks = acknowledgedBy === 'all' ? ProduceAcks.ALL : ProduceAcks.LEADER;
    const records = letters.map(({ partition, value, headers }) => {
      const pairs = Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const);
      return { topic: topic.name, partition, value, headers: new Map(pairs) };
    });
    const answer = await connection.call(produceV8.api, acks, reconnectingLimits.callMs, records, {});
    if (typeof answer === 'boolean') return;
    for (const { index, errorCode } of answer.responses.flatMap(({ partitionResponses }) => partitionResponses))
      requireCode(errorCode, `${topic.name}, partition ${index}`);
  }
}

function waitingOf({ partition, text, headers = {} }: KafkaLetter, sending: Sending): Waiting {
  return { partition, value: Buffer.from(text), headers, sending };
}

function confirm(letters: readonly Waiting[]): void {
  for (const { sending } of letters) if (--sending.left === 0) sending.resolve();
}
