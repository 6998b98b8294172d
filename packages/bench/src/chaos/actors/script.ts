import type { Random } from '../random.ts';
import { placesOf, visitor, type PlaceName } from '../world.ts';
import type { Act, Duty, Step } from './act.ts';
import type { RosterEntry } from './roster.ts';

const emoji = ['👍', '🎉', '😂', '❤️'];
/** Messages of one burst. */
const burstMax = 8;

type Weights = Readonly<Record<Act['kind'], number>>;

const weights: Weights = {
  send: 60,
  edit: 5,
  recall: 2,
  react: 8,
  unreact: 3,
  read: 7,
  'mark-read': 12,
  add: 0,
  kick: 0,
  leave: 0,
  reopen: 4,
};

/** What a device does in a run, and when: follows from the random sequence alone. */
export function scriptOf({ person, everyMs, duties = [] }: RosterEntry, forMs: number, random: Random): Step[] {
  const steps: Step[] = [];
  const own = placesOf(person);
  // gochat's clients know one room, whatever they are told.
  const places = own.length > 0 ? own : (['hall'] as const);
  let turn = 0;
  const next = (): Act => {
    // In turn: who was brought in is put out again.
    const duty = random.chance(dutyShare) ? duties[turn++ % duties.length] : undefined;
    return duty === undefined ? ordinaryAct(random.pick(places), random) : dutyAct(duty);
  };
  for (let atMs = random.between(0, everyMs); atMs < forMs; atMs += random.between(everyMs / 2, (everyMs * 3) / 2))
    steps.push({ atMs: Math.round(atMs), act: next() });
  return steps;
}

/** Of the acts of those who have duties. */
const dutyShare = 0.25;

function dutyAct(duty: Duty): Act {
  const { person, place } = visitor;
  if (duty === 'spy') return { kind: 'read', place, pick: 0 };
  if (duty === 'trespass') return { kind: 'send', place, count: 1, isReply: false };
  return duty === 'leave' ? { kind: 'leave', place } : { kind: duty, place, person };
}

function ordinaryAct(place: PlaceName, random: Random): Act {
  const kind = weighted(random);
  switch (kind) {
    case 'send':
      return { kind, place, count: random.chance(0.2) ? random.between(2, burstMax) : 1, isReply: random.chance(0.15) };
    case 'edit':
    case 'recall':
    case 'read':
      return { kind, place, pick: random.next() };
    case 'react':
    case 'unreact':
      return { kind, place, pick: random.next(), emoji: random.pick(emoji) };
    case 'mark-read':
      return { kind, place };
    case 'add':
    case 'kick':
    case 'leave':
      return dutyAct(kind);
    case 'reopen':
      return { kind, place, writes: random.between(0, 4), awayMs: random.between(50, 1_500) };
  }
}

function weighted(random: Random): Act['kind'] {
  const kinds = Object.entries(weights) as [Act['kind'], number][];
  let left = random.next() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of kinds) {
    left -= weight;
    if (left < 0) return kind;
  }
  return 'send';
}
