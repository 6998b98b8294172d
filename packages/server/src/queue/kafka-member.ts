import type { Clock } from '../clock.ts';
import { kafkaCodes, requireCode, type KafkaConnection } from './kafka-connection.ts';
import type { KafkaPlaces } from './kafka-places.ts';
import { shareOut } from './kafka-share.ts';
import { queueLimits } from './queue.ts';

export interface KafkaMemberOptions {
  readonly clock: Clock;
  readonly places: KafkaPlaces;
  /** How long the group waits for a member that is not heard of. */
  readonly sessionMs: number;
}

/** `same`: the partitions are as they were. `joined`: they are these. `lost`: the group took it for gone, so they are others'. */
export type Membership =
  | { readonly kind: 'same' }
  | { readonly kind: 'joined'; readonly partitions: readonly number[] }
  | { readonly kind: 'lost' };

const protocolType = 'consumer';
/** How partitions are shared out; all members have to agree. */
const protocolName = 'parley';
/** The group may begin anew while somebody joins. */
const joinsMax = 8;

type Members = readonly { readonly memberId: string; readonly metadata: Buffer }[];

/**
 * This process in the consumer group. What it has stays with it while others come and go: a partition changes hands only after it was
 * given up, or when its member is not heard of. What a member commits afterwards, the group refuses by its number. [D12]
 */
export class KafkaMember {
  private readonly options: KafkaMemberOptions;
  private id = '';
  private generation = -1;
  private isJoined = false;
  private hasNews = false;
  private aliveUntilMs = -Infinity;

  constructor(options: KafkaMemberOptions) {
    this.options = options;
  }

  /** Whether the group cannot have taken it for gone yet. */
  get isAlive(): boolean {
    return this.options.clock.monotonic() < this.aliveUntilMs;
  }

  /** By which it commits. */
  get credentials(): { readonly id: string; readonly generation: number } {
    return { id: this.id, generation: this.generation };
  }

  /** Something has changed, here or with others: the next beat tells, and is told. */
  joinAgain(): void {
    this.hasNews = true;
  }

  /** @param has what it has, what it is about to give up among it */
  async beat(connection: KafkaConnection, has: readonly number[]): Promise<Membership> {
    if (!this.isJoined) return await this.join(connection, has);
    const sentAtMs = this.options.clock.monotonic();
    const { heartbeatV4 } = connection.client;
    const { group } = this.options.places;
    const { errorCode } = await connection.call(heartbeatV4.api, group, this.generation, this.id, null);
    if (isGone(errorCode)) return this.lose();
    requireCode(errorCode, 'A heartbeat', [kafkaCodes.none, kafkaCodes.rebalanceInProgress]);
    this.live(sentAtMs);
    if (errorCode === kafkaCodes.none && !this.hasNews) return { kind: 'same' };
    return await this.join(connection, has);
  }

  /** So that the others need not wait until it is taken for gone. */
  async leave(connection: KafkaConnection): Promise<void> {
    if (this.id === '') return;
    const { leaveGroupV4 } = connection.client;
    await connection.call(leaveGroupV4.api, this.options.places.group, [{ memberId: this.id, groupInstanceId: null }]);
    this.lose();
  }

  private async join(connection: KafkaConnection, has: readonly number[]): Promise<Membership> {
    // What is told meanwhile is told the next time.
    [this.isJoined, this.hasNews] = [false, false];
    for (let tries = 0; tries < joinsMax; tries++) {
      const joined = await this.enter(connection, has);
      if (joined === 'lost') return this.lose();
      const partitions = joined === 'again' ? 'again' : await this.sync(connection, joined);
      if (partitions === 'lost') return this.lose();
      if (partitions !== 'again') return { kind: 'joined', partitions };
    }
    throw new Error('The group does not settle.');
  }

  /** Resolves when all members have come again, or are taken for gone. @returns the members, when this one shares out */
  private async enter(connection: KafkaConnection, has: readonly number[]): Promise<Members | 'again' | 'lost'> {
    const { clock, places, sessionMs } = this.options;
    const sentAtMs = clock.monotonic();
    const { joinGroupV7, encodeConsumerProtocolSubscription } = connection.client;
    const { name: topic } = places.deliveries;
    const ownedPartitions = [{ topic, partitions: [...has] }];
    const metadata = encodeConsumerProtocolSubscription({ version: 1, topics: [topic], ownedPartitions });
    const protocols = [{ name: protocolName, metadata }];
    const { group } = places;
    const answer = await connection.call(
      joinGroupV7.api,
      group,
      sessionMs,
      sessionMs,
      this.id,
      null,
      protocolType,
      protocols,
    );
    if (answer.errorCode === kafkaCodes.memberIdRequired) {
      this.id = answer.memberId;
      return 'again';
    }
    if (isGone(answer.errorCode)) return 'lost';
    requireCode(answer.errorCode, `Joining ${group}`);
    [this.id, this.generation] = [answer.memberId, answer.generationId];
    this.live(sentAtMs);
    return answer.leader === answer.memberId ? answer.members : [];
  }

  private async sync(connection: KafkaConnection, members: Members): Promise<readonly number[] | 'again' | 'lost'> {
    const sentAtMs = this.options.clock.monotonic();
    const { syncGroupV5 } = connection.client;
    const shares = this.shareOut(connection, members);
    const answer = await connection.call(
      syncGroupV5.api,
      this.options.places.group,
      this.generation,
      this.id,
      null,
      protocolType,
      protocolName,
      shares,
    );
    if (answer.errorCode === kafkaCodes.rebalanceInProgress) return 'again';
    if (isGone(answer.errorCode)) return 'lost';
    requireCode(answer.errorCode, 'Sharing out');
    this.isJoined = true;
    this.live(sentAtMs);
    return partitionsOf(connection, answer.assignment);
  }

  private shareOut(connection: KafkaConnection, members: Members): { memberId: string; assignment: Buffer }[] {
    const { decodeConsumerProtocolSubscription, encodeConsumerProtocolAssignment } = connection.client;
    const { name: topic } = this.options.places.deliveries;
    const holders = members.map(({ memberId: id, metadata }) => {
      const { ownedPartitions } = decodeConsumerProtocolSubscription(metadata);
      return { id, has: ownedPartitions.flatMap((owned) => (owned.topic === topic ? owned.partitions : [])) };
    });
    return [...shareOut(holders, queueLimits.partitions)].map(([memberId, partitions]) => {
      const assignedPartitions = [{ topic, partitions: [...partitions] }];
      return { memberId, assignment: encodeConsumerProtocolAssignment({ version: 1, assignedPartitions }) };
    });
  }

  private live(sentAtMs: number): void {
    this.aliveUntilMs = Math.max(this.aliveUntilMs, sentAtMs + this.options.sessionMs);
  }

  private lose(): Membership {
    [this.id, this.generation, this.isJoined, this.aliveUntilMs] = ['', -1, false, -Infinity];
    return { kind: 'lost' };
  }
}

function isGone(errorCode: number): boolean {
  return errorCode === kafkaCodes.unknownMember || errorCode === kafkaCodes.illegalGeneration;
}

function partitionsOf(connection: KafkaConnection, assignment: Buffer): readonly number[] {
  if (assignment.byteLength === 0) return [];
  const { assignedPartitions } = connection.client.decodeConsumerProtocolAssignment(assignment);
  return assignedPartitions.flatMap(({ partitions }) => partitions);
}
