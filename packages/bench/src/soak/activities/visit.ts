import { createClient } from '@parley/sdk';
import { pause, type Activity } from '../crowd.ts';
import type { Scene } from './scene.ts';

/** One address may make sixty guests in an hour. */
const meanPauseMs = 100_000;
const stayMs = 2_000;

/** A guest who looks in, says something and signs out. */
export function visit({ town, texts }: Scene): Activity {
  return {
    name: 'visit',
    meanPauseMs,
    async once(signal) {
      await using client = createClient({ apiUrl: town.apiUrl, socketUrl: town.socketUrl });
      await client.account.guest({ displayName: 'Passer-by' });
      await client.connect();
      await client.conversations.join(town.market);
      await client.conversation(town.market).sendAndWait(texts.next(town.market));
      await pause(stayMs, signal);
      await client.account.signOut();
    },
  };
}
