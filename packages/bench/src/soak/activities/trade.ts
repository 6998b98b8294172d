import type { ParleyClient } from '@parley/sdk';
import type { Activity } from '../crowd.ts';
import type { Scene } from './scene.ts';

const meanPauseMs = 350;

/** Somebody who has the market open all the time: writes, types, reads, searches. */
export function trade(client: ParleyClient, { town, random, texts, latencies }: Scene): Activity {
  return {
    name: 'trade',
    meanPauseMs,
    async once() {
      const handle = client.conversation(town.market);
      const roll = random.next();
      if (roll < 0.05) await handle.search('umbrellas');
      else if (roll < 0.15) handle.markRead();
      else {
        handle.setTyping(true);
        await latencies.measure(() => handle.sendAndWait(texts.next(town.market)));
      }
    },
  };
}
