import { expect, test } from 'bun:test';
import type { Message, Push } from '@parley/protocol';
import * as fc from 'fast-check';
import { checkHistory } from '../check.ts';
import type { EventOf, HistoryEvent } from '../history-event.ts';
import type { ConversationTruth } from '../truth.ts';
import { runOf, steps, type FinishedRun } from './model-run.ts';
import { people, type ModelSystem } from './model-system.ts';
import type { Planting } from './plant.ts';

export const [group, room] = [11, 13];
/** One device and what it looks at. */
export const ann = { device: 'ann/1', conversationId: room } as const;
/** An attempt no run has. */
export const newAttempt = 90_001;

const runsPerPlanting = 30;

/** The checker finds the rule the name begins with to be broken, and no other, whatever happened before. */
export function plant(name: `${'I' | 'D'}${number} ${string}`, planting: Planting): void {
  test(name, () => {
    fc.assert(
      fc.property(steps, (steps) => {
        expect(rulesBroken(planting(fertileRun(steps)))).toEqual([name.split(' ', 1)[0] ?? '']);
      }),
      { numRuns: runsPerPlanting },
    );
  });
}

/** A correct run with something to spoil of each kind at its end. */
export function fertileRun(steps: Parameters<typeof runOf>[0]): FinishedRun {
  return runOf(steps, epilogue);
}

export function rulesBroken({ history, truth }: FinishedRun): string[] {
  return [...new Set(checkHistory(history, truth).map(({ rule }) => rule))];
}

/**
 * In the room Ann sends two messages while one of Ben is under way, and edits the second; Ben misses Ann’s last words, which are
 * in each conversation, and marked as read by nobody. Cat is not in the group.
 */
function epilogue(system: ModelSystem): void {
  const [ann1, ann2, ben] = system.devices;
  const [closed, , open] = system.conversations;
  if (ann1 === undefined || ann2 === undefined || ben === undefined || closed === undefined || open === undefined)
    return;
  system.endFault();
  for (const device of system.devices) system.resume(device);
  system.settle();
  if (closed.isMember(people.cat)) system.moveCat();
  for (const device of [ann1, ann1, ben]) system.write(device, open);
  for (const device of [ann1, ann1, ben]) system.commit(device);
  for (const device of [ann1, ben]) system.answer(device);
  system.change(ann1, open, { kind: 'edit', pick: 0 });
  system.settle();
  system.markRead(ann1, open);
  ann2.load(open);
  system.drop(ben);
  for (const conversation of system.conversations) system.write(ann1, conversation);
  system.settle();
  system.resume(ben);
}

export function truthOf(run: FinishedRun, conversationId: number): ConversationTruth {
  return found(run.truth.conversations.find((one) => one.conversationId === conversationId));
}

/** Ann’s last word. */
export function lastOf(run: FinishedRun, conversationId: number): Message {
  return found(truthOf(run, conversationId).stored.at(-1));
}

/** Of the room, those that were sent together: two of Ann, then one of Ben. */
export function underWay(run: FinishedRun): readonly Message[] {
  return truthOf(run, room).stored.slice(-4, -1);
}

export function lastEvent<Name extends HistoryEvent['event']>(
  run: FinishedRun,
  name: Name,
  fits: (event: EventOf<Name>) => boolean = () => true,
): EventOf<Name> {
  return found(
    run.history.events.findLast(
      (event): event is EventOf<Name> => event.event === name && fits(event as EventOf<Name>),
    ),
  );
}

export function sendOf(run: FinishedRun, message: Message | undefined): EventOf<'send'> {
  return lastEvent(run, 'send', ({ clientMsgId }) => clientMsgId === message?.clientMsgId);
}

export function ackOf(run: FinishedRun, attempt: number): EventOf<'acked'> {
  return lastEvent(run, 'acked', (event) => event.attempt === attempt);
}

/** Ann’s edit in the room, and the message as it was pushed before. */
export function lastEdit(run: FinishedRun): { readonly change: EventOf<'change'>; readonly before: Message } {
  const change = lastEvent(run, 'change', ({ kind, conversationId }) => kind === 'edit' && conversationId === room);
  const pushes = run.history.events.flatMap((event) => (event.event === 'pushed' ? [event.push] : []));
  const isBefore = (push: Push): push is Extract<Push, { push: 'message.changed' }> =>
    push.push === 'message.changed' && push.message.conversationId === room && push.message.seq === change.seq;
  return { change, before: found(pushes.find(isBefore)).message };
}

export function pushed(device: string, message: Message) {
  return { event: 'pushed', device, push: { push: 'message.changed', message } } as const;
}

export function text(content: string) {
  return { type: 'text', text: content } as const;
}

/** @throws Error when a fertile run lacks what it should have */
export function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('There is nothing of the kind in this run.');
  return value;
}
