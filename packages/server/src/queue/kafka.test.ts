import { expect, test } from 'bun:test';
import { quiet } from '../../test/connect/test-node.ts';
import { ManualClock } from '../../test/manual-clock.ts';
import { codeOf } from '../../test/queue/code-of.ts';
import { openKafkaQueue } from './kafka.ts';
import { head } from './sample-deliveries.ts';

test('F3 Q7 a broker that hangs from the start on is not waited for when it is closed', async () => {
  const connected = Promise.withResolvers<void>();
  using silent = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { open: () => connected.resolve(), data: () => undefined },
  });
  const queue = openKafkaQueue(`kafka://127.0.0.1:${silent.port}`, { clock: new ManualClock(), log: quiet });
  await queue.consume(async () => undefined);
  await connected.promise;
  await queue.close();
  expect(await codeOf(queue.enqueue([head(1, 1)]))).toBe('unavailable');
  silent.stop(true);
});
