import { Client } from '../../clients/client.ts';
import { pause, type Activity } from '../crowd.ts';
import type { Citizen } from '../town.ts';
import type { Scene } from './scene.ts';

const meanPauseMs = 20_000;
const pagesAsked = 200;
const stillMs = 5_000;

/** Somebody who asks for far more than a socket may have waiting and reads none of it; then goes on reading, or away. [D10] */
export function readSlowly({ id, token }: Citizen, { town, random }: Scene): Activity {
  return {
    name: 'read slowly',
    meanPauseMs,
    async once(signal) {
      const client = new Client(id, {});
      await client.open(town.socketPort);
      await client.ask('session.hello', { token });
      client.pause();
      const params = JSON.stringify({ conversationId: town.market, limit: 100 });
      for (let page = 0; page < pagesAsked; page++) client.send('message.history', params);
      await pause(stillMs, signal);
      if (random.chance(0.5)) client.resume();
      await pause(stillMs, signal);
      client.close();
    },
  };
}
