import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import type { KafkaAddress } from './kafka-address.ts';
import type { KafkaCluster } from './kafka-cluster.ts';
import { KafkaCommits } from './kafka-commits.ts';
import { KafkaMember, type Membership } from './kafka-member.ts';
import { committedOf, extentsOf, type KafkaCommitted, type KafkaExtent } from './kafka-offsets.ts';
import { openKafkaCluster } from './kafka-open-cluster.ts';
import { KafkaPartition, type KafkaPartitionOptions } from './kafka-partition.ts';
import type { KafkaPlaces } from './kafka-places.ts';
import { KafkaPublisher } from './kafka-publisher.ts';
import { KafkaReader } from './kafka-reader.ts';
import { pause } from './pause.ts';
import type { DeliveryHandler, HandedOn } from './queue.ts';
import { Reconnecting, reconnectingLimits } from './reconnecting.ts';

export interface KafkaConsumerOptions {
  readonly address: KafkaAddress;
  readonly places: KafkaPlaces;
  readonly clock: Clock;
  readonly log: Log;
  readonly sessionMs: number;
  readonly retryDelayMs: number;
  readonly handler: DeliveryHandler;
}

interface Opened {
  readonly cluster: KafkaCluster;
  readonly commits: KafkaCommits;
  readonly reader: KafkaReader;
  readonly dead: KafkaPublisher;
}

const beatsPerSession = 6;
const nowhere: KafkaExtent = { first: 0, next: 0 };

/** Has this process's share of the partitions, as the consumer group shares them out. */
export class KafkaConsumer {
  private readonly options: KafkaConsumerOptions;
  private readonly id = crypto.randomUUID();
  private readonly member: KafkaMember;
  private readonly connection: Reconnecting<Opened>;
  private opened: Opened | undefined;
  /** What the group gave this process. */
  private assigned: ReadonlySet<number> = new Set();
  /** What it tells the group it has: what it is about to give up, too. */
  private readonly claims = new Set<number>();
  private readonly partitions = new Map<number, KafkaPartition>();
  /** Partitions that end; a number is taken up again only after its last one. */
  private readonly ending = new Map<number, KafkaPartition>();
  private beating: Promise<void> | undefined;
  private isRung = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  private isClosing = false;
  private isClosed = false;
  private hasLeft = false;

  constructor(options: KafkaConsumerOptions) {
    this.options = options;
    this.member = new KafkaMember(options);
    this.connection = new Reconnecting({
      ...options,
      callMs: reconnectingLimits.openMs,
      open: (lost) => this.open(lost),
      close: () => Promise.resolve(),
      cut: (opened) => this.cut(opened),
    });
  }

  /** Of a partition of this process: how many of it are not with the handler. Undefined: it is another one's. */
  waitingOf(number: number, next: number): number | undefined {
    const partition = this.partitions.get(number);
    return partition === undefined ? undefined : next - partition.place.offset + partition.waiting;
  }

  get taken(): number {
    return this.all().reduce((sum, { taken }) => sum + taken, 0);
  }

  /** Resolves when it is a member, or nobody answered; a group that waits for somebody who ended is not waited for. */
  async start(): Promise<void> {
    this.timer = setInterval(() => this.beat(), this.options.sessionMs / beatsPerSession);
    this.beat();
    await pause(reconnectingLimits.callMs, this.beating ?? Promise.resolve());
  }

  async close(): Promise<void> {
    this.isClosing = true;
    // It is a member until its handlers are through.
    await Promise.all(this.all().map((partition) => partition.stop()));
    this.isClosed = true;
    clearInterval(this.timer);
    await pause(reconnectingLimits.callMs, this.leave().catch(nothing));
    // Who does not answer is not waited for.
    if (!this.hasLeft) this.connection.giveUp(new Error('It was closed.'));
    await this.connection.close();
  }

  private all(): readonly KafkaPartition[] {
    return [...this.partitions.values(), ...this.ending.values()];
  }

  private async open(lost: (error: unknown) => void): Promise<Opened> {
    const { address, places, clock } = this.options;
    const cluster = await openKafkaCluster(address, places, lost);
    const { member, partitions } = this;
    const commits = new KafkaCommits({
      clock,
      cluster,
      member,
      places,
      progressOf: (number) => (partitions.get(number) ?? this.ending.get(number))?.progress,
      onRefused: () => this.beat(),
      lost,
    });
    const onGone = ({ number }: KafkaPartition): void => void this.lose(number);
    const reader = new KafkaReader({ cluster, places, partitions, onGone, lost });
    const dead = new KafkaPublisher({ cluster, topic: places.dead, acknowledgedBy: 'all' });
    return { cluster, commits, reader, dead };
  }

  /** Its partitions may be had again when there is another connection, if nobody else has them by then. */
  private cut(opened: Opened): void {
    opened.reader.end();
    opened.commits.end();
    opened.cluster.cut();
    if (opened === this.opened) this.loseAll();
  }

  private loseAll(): void {
    for (const number of this.partitions.keys()) void this.lose(number);
  }

  /** When the group may have given its partitions to others nothing more of them is handed over. [D12] */
  private async handle(batch: readonly Delivery[]): Promise<HandedOn | void> {
    if (this.member.isAlive) return await this.options.handler(batch);
    const error = new Error('This process stood still.');
    this.connection.giveUp(error);
    throw error;
  }

  private beat(): void {
    this.isRung = true;
    if (this.isClosed) return;
    this.beating ??= this.beatNow().finally(() => {
      this.beating = undefined;
      if (this.isRung) this.beat();
    });
  }

  private async beatNow(): Promise<void> {
    this.isRung = false;
    try {
      await this.connection.run(async (opened) => {
        this.opened = opened;
        const connection = await opened.cluster.toCoordinator('join');
        this.follow(await this.member.beat(connection, [...this.claims]));
        if (!this.isClosing) await this.takeMissing(opened);
      });
    } catch {
      // The connection tells, and the next beat tries again.
    }
  }

  private follow(membership: Membership): void {
    if (membership.kind === 'same') return;
    this.assigned = new Set(membership.kind === 'joined' ? membership.partitions : []);
    for (const number of this.assigned) this.claims.add(number);
    if (membership.kind === 'joined') this.giveUpTheRest();
    else {
      this.claims.clear();
      this.loseAll();
      this.beat();
    }
  }

  private giveUpTheRest(): void {
    for (const number of this.claims)
      if (!this.assigned.has(number) && !this.ending.has(number)) void this.giveUp(number);
  }

  private async takeMissing({ cluster, commits, reader, dead }: Opened): Promise<void> {
    const numbers = [...this.assigned].filter((number) => !this.partitions.has(number) && !this.ending.has(number));
    if (numbers.length === 0) return;
    const { places } = this.options;
    const ask = [cluster, 'commit'] as const;
    const [committed, extents, live] = await Promise.all([
      committedOf(ask, places, numbers),
      extentsOf(ask, places.deliveries, numbers),
      extentsOf(ask, places.live, numbers),
    ]);
    if (cluster.isCut || this.isClosing) return;
    for (const number of numbers) {
      const extent = extents.get(number) ?? nowhere;
      const from = this.begin(number, extent, committed.get(number));
      const liveOffset = live.get(number)?.next ?? 0;
      this.partitions.set(number, this.partitionFrom({ number, committed: from, liveOffset, commits, dead }));
    }
    reader.start();
  }

  /** Where to begin: with what nobody is done with, or with the first entry there is. */
  private begin(number: number, { first, next }: KafkaExtent, committed: KafkaCommitted | undefined) {
    const { offset = first, note = '' } = committed ?? {};
    if (offset >= first && offset <= next) return { offset, note };
    this.options.log.warn({ partition: number }, 'Deliveries are gone that nobody had made');
    return { offset: first, note: '' };
  }

  private partitionFrom(
    options: Pick<KafkaPartitionOptions, 'number' | 'committed' | 'liveOffset' | 'commits' | 'dead'>,
  ): KafkaPartition {
    const { log, retryDelayMs } = this.options;
    const onLost = (): void => this.connection.giveUp(new Error(`Partition ${options.number} cannot be kept.`));
    const handler: DeliveryHandler = (batch) => this.handle(batch);
    return new KafkaPartition({ ...options, consumer: this.id, log, retryDelayMs, handler, onLost });
  }

  private lose(number: number): Promise<void> {
    return this.end(number, (partition) => partition.lose());
  }

  private giveUp(number: number): Promise<void> {
    // What cannot be committed is others' all the same.
    return this.end(number, (partition) => partition.giveUp().catch(nothing));
  }

  /** Its beats do not wait for the handler. */
  private async end(number: number, how: (partition: KafkaPartition) => Promise<void>): Promise<void> {
    const partition = this.partitions.get(number);
    if (partition !== undefined) {
      this.partitions.delete(number);
      this.ending.set(number, partition);
      await how(partition);
      this.ending.delete(number);
    }
    if (!this.assigned.has(number) && this.claims.delete(number)) this.member.joinAgain();
    this.beat();
  }

  private async leave(): Promise<void> {
    await Promise.all([...this.partitions.keys()].map((number) => this.giveUp(number)));
    const connection = await this.opened?.cluster.toCoordinator('commit');
    if (connection !== undefined) await this.member.leave(connection);
    // It may be about to connect.
    await this.beating;
    this.hasLeft = true;
  }
}

function nothing(): void {
  // There is nothing to do.
}
