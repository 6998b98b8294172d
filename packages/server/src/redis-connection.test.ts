import { expect, test } from 'bun:test';
import { quiet } from '../test/connect/test-node.ts';
import { freePort } from '../test/free-port.ts';
import { systemClock } from './clock.ts';
import { RedisConnection, scriptOf, Unanswered } from './redis-connection.ts';

test('what could not be sent is unavailable, and nobody has to think it may have been done', async () => {
  const url = `redis://127.0.0.1:${await freePort()}`;
  const connection = new RedisConnection({ url, name: 'queue', clock: systemClock, log: quiet });
  for (let calls = 0; calls < 2; calls++) {
    const error = await connection.run(scriptOf('return 1'), []).catch((cause: unknown) => cause);
    expect(error).toHaveProperty('code', 'unavailable');
    expect(error).not.toBeInstanceOf(Unanswered);
  }
  await connection.close();
});
