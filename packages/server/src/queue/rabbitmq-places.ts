import type { Channel } from 'amqplib';
import { queueLimits } from './queue.ts';

export const rabbitLimits = {
  deadMax: 10_000,
  errorLengthMax: 2_000,
  /** Ephemeral entries on their way to one partition's consumer; the oldest go first. */
  ephemeralMax: 1_000,
  /** Entries of one partition with its consumer, those it handed on among them. The others wait where everybody can count them. */
  inHandMax: 4_096,
  /** Of those; beyond it there might be no room for the next batch. */
  handedOnMax: 3_072,
} as const;

export type Places = ReturnType<typeof placesOf>;

/**
 * What is where in the virtual host. Of each partition `<prefix><p>` holds what nobody is done with, `<prefix>live.<p>` is there while a
 * consumer has the partition, is that connection's alone, and gets the ephemeral entries; `<prefix>note.<p>` holds the last note of
 * `HeldPartition`. `dead` are the dead letters; every consumer listens at `members`, to which nobody sends, so that they can be counted,
 * and hears by `news` that one came or went.
 */
export function placesOf(prefix: string) {
  return {
    partition: (number: number) => `${prefix}${number}`,
    live: (number: number) => `${prefix}live.${number}`,
    note: (number: number) => `${prefix}note.${number}`,
    dead: `${prefix}dead`,
    members: `${prefix}members`,
    news: `${prefix}news`,
  };
}

/** Newer versions drop what came back 20 times: when that is, is decided here. */
const deliveryLimit = 1_000_000;
/** Quorum queues, so that a cluster that loses a node loses none of them. */
const quorum = { 'x-queue-type': 'quorum', 'x-delivery-limit': deliveryLimit } as const;
const durable = { durable: true, arguments: quorum } as const;
const single = { durable: true, arguments: { ...quorum, 'x-single-active-consumer': true } } as const;

/** Makes what is missing. What is there and was made otherwise is refused by the engine. */
export async function makePlaces(channel: Channel, places: Places): Promise<void> {
  for (let number = 0; number < queueLimits.partitions; number++) {
    await channel.assertQueue(places.partition(number), single);
    await channel.assertQueue(places.note(number), { ...durable, maxLength: 1 });
  }
  await channel.assertQueue(places.dead, { ...durable, maxLength: rabbitLimits.deadMax });
  await channel.assertQueue(places.members, durable);
  await channel.assertExchange(places.news, 'fanout', { durable: true });
}
