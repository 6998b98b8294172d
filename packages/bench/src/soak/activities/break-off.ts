import { Client } from '../../clients/client.ts';
import { textMessage } from '../../clients/text-message.ts';
import { pause, type Activity } from '../crowd.ts';
import type { Citizen } from '../town.ts';
import type { Scene } from './scene.ts';

const meanPauseMs = 3_000;
/** Longer than the server waits for a hello. */
const silentMs = 12_000;
const beginningOfFrame = new Uint8Array([0x81, 0xfe, 0x01, 0x00, 0, 0, 0, 0, 0x7b]);

/** Somebody whose connection ends without a goodbye: with a command under way, in the middle of a frame, or before the hello. */
export function breakOff({ id, token }: Citizen, { town, random }: Scene): Activity {
  return {
    name: 'break off',
    meanPauseMs,
    async once(signal) {
      const client = new Client(id, {});
      await client.open(town.socketPort);
      if (random.chance(0.1)) await pause(silentMs, signal);
      else {
        await client.ask('session.hello', { token });
        if (random.chance(0.5)) client.send('message.send', textMessage(town.market));
        else client.write(beginningOfFrame);
      }
      client.close();
    },
  };
}
