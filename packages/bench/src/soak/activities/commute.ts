import { createClient } from '@parley/sdk';
import { pause, type Activity } from '../crowd.ts';
import { password, type Citizen } from '../town.ts';
import type { Scene } from './scene.ts';

const meanPauseMs = 4_000;
const stayMsMax = 5_000;

/**
 * Somebody who signs in on a new device, at times where no WebSocket gets through, looks around, writes, and goes: sometimes signing out, sometimes just closing the
 * program, which leaves a device behind that makes room later.
 */
export function commute(citizen: Citizen, { town, random, texts }: Scene): Activity {
  return {
    name: 'commute',
    meanPauseMs,
    async once(signal) {
      const transport = random.chance(0.3) ? 'stream' : 'websocket';
      const { apiUrl, socketUrl } = town;
      await using client = createClient({ apiUrl, socketUrl, transport, deviceName: 'soak' });
      await client.account.signIn({ userName: citizen.userName, password });
      await client.connect();
      const handle = client.conversation(town.market);
      const close = handle.open();
      if (handle.view.getSnapshot()?.isMember !== true) await client.conversations.join(town.market);
      await handle.sendAndWait(texts.next(town.market));
      await handle.messages.loadOlder();
      await pause(random.below(stayMsMax), signal);
      handle.markRead();
      close();
      if (random.chance(0.5)) await client.account.signOut();
    },
  };
}
