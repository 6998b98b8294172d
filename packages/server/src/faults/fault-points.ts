import type { ErrorCode } from '@parley/protocol';
import type { Role } from '../config/settings.ts';

interface FaultPointDescription {
  /** When it is passed. */
  readonly meaning: string;
  /** What an outage at this place looks like to whoever asked. */
  readonly outage: ErrorCode;
  /** Who passes it. */
  readonly roles: readonly Role[];
}

const onlyLogic = ['logic'] as const;
const onlyTask = ['task'] as const;

/** The steps in the life of a message and of a cursor at which a server can be made to fail, in their order; at the end the end of a sign-in. [F1] */
export const faultPoints = {
  'command.received': {
    meaning: 'connect or api has commands, logic does not know of them',
    outage: 'unavailable',
    roles: ['connect', 'api'],
  },
  'hello.before': {
    meaning: 'logic is about to sign connections in',
    outage: 'unavailable',
    roles: onlyLogic,
  },
  'sync.before': {
    meaning: 'logic is about to read what a device missed',
    outage: 'unavailable',
    roles: onlyLogic,
  },
  'cursor.before': {
    meaning: 'a batch with cursors is about to be stored',
    outage: 'unavailable',
    roles: onlyLogic,
  },
  'commit.before': {
    meaning: 'messages or changes are about to be stored',
    outage: 'unavailable',
    roles: onlyLogic,
  },
  'commit.inside': {
    meaning: 'written, the transaction still open',
    outage: 'unavailable',
    roles: onlyLogic,
  },
  'commit.after': {
    meaning: 'stored, the writer does not know',
    outage: 'deadline-exceeded',
    roles: onlyLogic,
  },
  'enqueue.before': {
    meaning: 'stored, the deliveries are about to be enqueued',
    outage: 'unavailable',
    roles: onlyLogic,
  },
  'enqueue.after': {
    meaning: 'enqueued, the writer does not know',
    outage: 'deadline-exceeded',
    roles: onlyLogic,
  },
  'ack.before': {
    meaning: 'the outcome of a message is known, the reply not written',
    outage: 'deadline-exceeded',
    roles: onlyLogic,
  },
  'task.taken': {
    meaning: 'task has a batch of deliveries',
    outage: 'unavailable',
    roles: onlyTask,
  },
  'deliver.before': {
    meaning: 'a node is about to be given its part',
    outage: 'unavailable',
    roles: onlyTask,
  },
  'publish.before': {
    meaning: 'a node has a delivery, the hub has not published it',
    outage: 'unavailable',
    roles: ['connect'],
  },
  'deliver.after': {
    meaning: 'a node took its part, task does not know',
    outage: 'deadline-exceeded',
    roles: onlyTask,
  },
  'acknowledge.before': {
    meaning: 'delivered, the queue does not know',
    outage: 'deadline-exceeded',
    roles: onlyTask,
  },
  'welcome.before': {
    meaning: 'connections are signed in, the replies not written',
    outage: 'deadline-exceeded',
    roles: onlyLogic,
  },
} as const satisfies Record<string, FaultPointDescription>;

export type FaultPoint = keyof typeof faultPoints;
export const faultPointNames = Object.keys(faultPoints) as FaultPoint[];

/** The steps that a process with these roles can come to. */
export function faultPointsOf(roles: readonly Role[]): readonly FaultPoint[] {
  return faultPointNames.filter((name) => faultPoints[name].roles.some((role) => roles.includes(role)));
}
