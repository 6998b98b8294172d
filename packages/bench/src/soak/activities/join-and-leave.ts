import type { ParleyClient } from '@parley/sdk';
import { pause, type Activity } from '../crowd.ts';
import type { Citizen } from '../town.ts';
import type { Scene } from './scene.ts';

/** One user may add others sixty times in an hour. */
const meanPauseMs = 25_000;
const stayMsMax = 4_000;

export interface Club {
  readonly owner: ParleyClient;
  readonly members: readonly ParleyClient[];
  readonly guests: readonly Citizen[];
}

/** Members of the club bring somebody in, whom its owner puts out again a little later. */
export function joinAndLeave({ owner, members, guests }: Club, { town, random, texts }: Scene): Activity {
  return {
    name: 'join and leave',
    meanPauseMs,
    async once(signal) {
      const club = owner.conversation(town.club);
      const guest = random.pick(guests);
      await random.pick(members).conversation(town.club).addMembers([guest.id]);
      await club.sendAndWait(texts.next(town.club));
      await pause(random.below(stayMsMax), signal);
      await club.kick(guest.id);
    },
  };
}
