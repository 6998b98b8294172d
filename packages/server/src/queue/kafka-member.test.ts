import { expect, test } from 'bun:test';
import { ManualClock } from '../../test/manual-clock.ts';
import { kafkaCodes, loadKafka, type KafkaConnection } from './kafka-connection.ts';
import { KafkaMember } from './kafka-member.ts';
import { kafkaPlacesOf } from './kafka-places.ts';

const sessionMs = 6_000;
/** When the second heartbeat goes out. */
const beatMs = 1_000;
const client = await loadKafka();
const { joinGroupV7, syncGroupV5, heartbeatV4 } = client;

/** A group of one that can hang. */
class Group {
  private readonly answers = new Map<unknown, unknown>([
    [joinGroupV7.api, { errorCode: kafkaCodes.none, memberId: 'one', generationId: 1, leader: 'another', members: [] }],
    [syncGroupV5.api, { errorCode: kafkaCodes.none, assignment: Buffer.alloc(0) }],
    [heartbeatV4.api, { errorCode: kafkaCodes.none }],
  ]);
  readonly clock = new ManualClock();
  readonly member = new KafkaMember({ clock: this.clock, places: kafkaPlacesOf('parley.'), sessionMs });
  readonly connection = { client, call: (api: unknown) => this.answer(api) } as unknown as KafkaConnection;

  beginAnew(): void {
    this.answers.set(heartbeatV4.api, { errorCode: kafkaCodes.rebalanceInProgress });
    this.answers.delete(joinGroupV7.api);
  }

  beat(): Promise<unknown> {
    return this.member.beat(this.connection, []);
  }

  private answer(api: unknown): Promise<unknown> {
    return this.answers.has(api) ? Promise.resolve(this.answers.get(api)) : new Promise(() => undefined);
  }
}

for (const why of ['the group begins anew', 'it has news'])
  test(`D12 a member whose joining is not answered, as ${why}, is alive for as long as the group waits for it and no longer`, async () => {
    const group = new Group();
    await group.beat();
    group.clock.advance(beatMs);
    group.beginAnew();
    if (why === 'it has news') group.member.joinAgain();
    void group.beat();
    // Its heartbeat was answered, and it joins.
    await new Promise((resolve) => setImmediate(resolve));
    group.clock.advance(sessionMs - 1);
    expect(group.member.isAlive).toBe(true);
    group.clock.advance(1);
    expect(group.member.isAlive).toBe(false);
  });
