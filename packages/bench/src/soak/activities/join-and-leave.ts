import type { ParleyClient } from '@parley/sdk';
import { pause, type Activity } from '../crowd.ts';
import type { Citizen } from '../town.ts';
import type { Scene } from './scene.ts';

const meanPauseMs = 6_000;
const stayMsMax = 4_000;

/** The owner of the club brings somebody in, who is put out again a little later. */
export function joinAndLeave(
  owner: ParleyClient,
  guests: readonly Citizen[],
  { town, random, texts }: Scene,
): Activity {
  return {
    name: 'join and leave',
    meanPauseMs,
    async once(signal) {
      const club = owner.conversation(town.club);
      const guest = random.pick(guests);
      await club.addMembers([guest.id]);
      await club.sendAndWait(texts.next(town.club));
      await pause(random.below(stayMsMax), signal);
      await club.kick(guest.id);
    },
  };
}
