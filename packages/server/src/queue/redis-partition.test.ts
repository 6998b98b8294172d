import { expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import { quiet } from '../../test/connect/test-node.ts';
import { Unanswered } from '../redis-connection.ts';
import { queueLimits } from './queue.ts';
import { RedisPartition } from './redis-partition.ts';
import { head } from './sample-deliveries.ts';

/** As often as anything is tried. */
const failures = queueLimits.triesMax;

test('Q3 what was never sent takes nothing off the tries of what comes then', async () => {
  const engine = new Engine(() => new ParleyError('unavailable'));
  await engine.bury();
  expect(engine.calls).toBe(queueLimits.triesMax);
});

test('Q3 what was sent and not answered is no try: nobody got it', async () => {
  const engine = new Engine(() => {
    engine.tries++;
    return new Unanswered('unavailable');
  });
  await engine.bury();
  expect(engine.calls).toBe(queueLimits.triesMax);
});

/** Holds one entry, which nobody can take; after the first try it fails for some time. */
class Engine {
  /** As the engine counts them. */
  tries = 0;
  /** Of the handler. */
  calls = 0;
  private failuresLeft = failures;
  private readonly fail: () => Error;
  private readonly buried = Promise.withResolvers<void>();
  private isEmpty = false;

  constructor(fail: () => Error) {
    this.fail = fail;
  }

  async bury(): Promise<void> {
    const partition = new RedisPartition({
      partition: 1,
      lease: 'a/1',
      log: quiet,
      retryDelayMs: 0,
      handedOnMax: queueLimits.handedOnMax,
      handler: () => {
        this.calls++;
        return Promise.reject(new Error('poison'));
      },
      onLost: () => undefined,
      take: () => this.take(),
      run: async () => {
        this.isEmpty = true;
        this.buried.resolve();
      },
    });
    while (this.failuresLeft > 0) {
      partition.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    partition.wake();
    await this.buried.promise;
    await partition.stop();
  }

  private async take(): Promise<unknown> {
    if (this.tries > 0 && this.failuresLeft-- > 0) throw this.fail();
    return this.isEmpty ? [1] : [++this.tries, '1-0', JSON.stringify(head(1, 1))];
  }
}
