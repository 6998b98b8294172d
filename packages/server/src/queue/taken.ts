import { topicOf, type Delivery } from '../delivery.ts';
import { versionOf } from './sample-deliveries.ts';

/** What a handler got, and a way to wait for it. */
export class Taken {
  readonly deliveries: Delivery[] = [];
  readonly handler = async (batch: readonly Delivery[]): Promise<void> => {
    this.deliveries.push(...batch);
    if (this.deliveries.length >= this.expected) this.reached.resolve();
  };
  private expected = Infinity;
  private reached = Promise.withResolvers<void>();

  async count(expected: number): Promise<void> {
    if (this.deliveries.length >= expected) return;
    this.expected = expected;
    this.reached = Promise.withResolvers();
    await this.reached.promise;
  }

  versionsOf(conversationId: number): unknown[] {
    return this.deliveries.filter(({ topic }) => topic === topicOf.conversation(conversationId)).map(versionOf);
  }
}
