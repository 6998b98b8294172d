import { topicOf, type Delivery } from '../../src/delivery.ts';
import { versionOf } from '../../src/queue/sample-deliveries.ts';

/** What a handler got, and ways to wait for it. */
export class Versions {
  private readonly got: Delivery[] = [];
  readonly handler = async (batch: readonly Delivery[]): Promise<void> => void this.got.push(...batch);

  of(id: number): unknown[] {
    const own = this.got.filter(({ topic }) => topic === topicOf.conversation(id));
    return own.map(versionOf);
  }

  async until(count: number): Promise<void> {
    while (this.got.length < count) await Bun.sleep(5);
  }

  async has(id: number, version: number): Promise<void> {
    while (!this.of(id).includes(version)) await Bun.sleep(5);
  }

  /** The versions of a conversation in the order in which each came first, when there are so many: what comes again does not count. */
  async firsts(id: number, count: number): Promise<unknown[]> {
    for (;;) {
      const firsts = [...new Set(this.of(id))];
      if (firsts.length >= count) return firsts;
      await Bun.sleep(5);
    }
  }
}
