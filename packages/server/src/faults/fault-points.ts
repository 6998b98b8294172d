import type { ErrorCode } from '@parley/protocol';

interface FaultPointDescription {
  /** When it is passed. */
  readonly meaning: string;
  /** What an outage at this place looks like to whoever asked. */
  readonly outage: ErrorCode;
}

/** The steps in the life of a message and of a cursor at which a server can be made to fail, in their order. [F1] */
export const faultPoints = {
  'command.received': { meaning: 'connect or api has commands, logic does not know of them', outage: 'unavailable' },
  'hello.before': { meaning: 'logic is about to sign connections in', outage: 'unavailable' },
  'sync.before': { meaning: 'logic is about to read what a device missed', outage: 'unavailable' },
  'cursor.before': { meaning: 'a batch with cursors is about to be stored', outage: 'unavailable' },
  'commit.before': { meaning: 'messages or changes are about to be stored', outage: 'unavailable' },
  'commit.inside': { meaning: 'written, the transaction still open', outage: 'unavailable' },
  'commit.after': { meaning: 'stored, the writer does not know', outage: 'deadline-exceeded' },
  'enqueue.before': { meaning: 'stored, the deliveries are about to be enqueued', outage: 'unavailable' },
  'enqueue.after': { meaning: 'enqueued, the writer does not know', outage: 'deadline-exceeded' },
  'ack.before': { meaning: 'the outcome of a message is known, the reply not written', outage: 'deadline-exceeded' },
  'task.taken': { meaning: 'task has a batch of deliveries', outage: 'unavailable' },
  'deliver.before': { meaning: 'a node is about to be given its part', outage: 'unavailable' },
  'publish.before': { meaning: 'a node has a delivery, the hub has not published it', outage: 'unavailable' },
  'deliver.after': { meaning: 'a node took its part, task does not know', outage: 'deadline-exceeded' },
  'acknowledge.before': { meaning: 'delivered, the queue does not know', outage: 'deadline-exceeded' },
} as const satisfies Record<string, FaultPointDescription>;

export type FaultPoint = keyof typeof faultPoints;
export const faultPointNames = Object.keys(faultPoints) as FaultPoint[];
