import type { KafkaAddress } from './kafka-address.ts';
import { KafkaConnection } from './kafka-connection.ts';
import type { KafkaLayout } from './kafka-layout.ts';
import type { KafkaTopic } from './kafka-places.ts';

/** A broker answers the calls of one connection in their order, so what may wait has one of its own. */
export type KafkaUse = 'publish' | 'ask' | 'read' | 'join' | 'commit';

export interface KafkaClusterOptions {
  readonly address: KafkaAddress;
  readonly layout: KafkaLayout;
  /** The broker that has the offsets and the members. */
  readonly coordinator: number;
  /** Called when it is of no use any more. */
  lost(error: unknown): void;
}

/** The connections to the brokers that have something of ours. When one of them ends, or leaders change, all are given up. */
export class KafkaCluster {
  private readonly address: KafkaAddress;
  private readonly lost: (error: unknown) => void;
  private readonly layout: KafkaLayout;
  private readonly coordinator: number;
  private readonly connections = new Map<string, Promise<KafkaConnection>>();
  isCut = false;

  constructor({ address, layout, coordinator, lost }: KafkaClusterOptions) {
    this.address = address;
    this.lost = lost;
    this.layout = layout;
    this.coordinator = coordinator;
  }

  /** Which broker leads which of the partitions. */
  byLeader({ name }: KafkaTopic, numbers: Iterable<number>): ReadonlyMap<number, readonly number[]> {
    const leaders = this.layout.leaders.get(name) ?? [];
    return Map.groupBy(numbers, (number) => leaders[number] ?? -1);
  }

  toLeader(node: number, use: KafkaUse): Promise<KafkaConnection> {
    return this.connect(node, use);
  }

  toCoordinator(use: KafkaUse): Promise<KafkaConnection> {
    return this.connect(this.coordinator, use);
  }

  cut(): void {
    this.isCut = true;
    for (const connection of this.connections.values()) connection.then((opened) => opened.cut(), nothing);
  }

  private connect(node: number, use: KafkaUse): Promise<KafkaConnection> {
    const key = `${use} ${node}`;
    const known = this.connections.get(key);
    if (known !== undefined) return known;
    const opening = this.open(node);
    this.connections.set(key, opening);
    return opening;
  }

  private async open(node: number): Promise<KafkaConnection> {
    const broker = this.layout.brokers.get(node);
    if (broker === undefined) throw new Error(`The broker ${node} is not there.`);
    const opened = await KafkaConnection.open(this.address, broker, this.lost);
    if (!this.isCut) return opened;
    opened.cut();
    throw new Error('The cluster was given up.');
  }
}

function nothing(): void {
  // What does not open needs no end.
}
