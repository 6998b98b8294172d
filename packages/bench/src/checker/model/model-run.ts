import * as fc from 'fast-check';
import type { History } from '../history.ts';
import type { Truth } from '../truth.ts';
import type { ModelConversation } from './model-conversation.ts';
import type { ModelDevice } from './model-device.ts';
import { ModelSystem, type ModelChange } from './model-system.ts';

export interface FinishedRun {
  readonly history: History;
  readonly truth: Truth;
}

const device = fc.nat(4);
const conversation = fc.nat(2);
const pick = fc.nat(9);
const one = <Type extends string>(type: Type) => fc.record({ type: fc.constant(type), device, conversation, pick });

const step = fc.oneof(
  { weight: 6, arbitrary: one('write') },
  { weight: 8, arbitrary: one('commit') },
  { weight: 6, arbitrary: one('answer') },
  { weight: 8, arbitrary: one('deliver') },
  { weight: 2, arbitrary: one('deliver-twice') },
  { weight: 2, arbitrary: one('lose') },
  { weight: 2, arbitrary: one('edit') },
  { weight: 1, arbitrary: one('recall') },
  { weight: 1, arbitrary: one('react') },
  { weight: 1, arbitrary: one('conflict') },
  { weight: 2, arbitrary: one('move-cat') },
  { weight: 2, arbitrary: one('read') },
  { weight: 2, arbitrary: one('load') },
  { weight: 2, arbitrary: one('drop') },
  { weight: 3, arbitrary: one('resume') },
  { weight: 1, arbitrary: one('fault') },
);
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What a correct system may go through. */
export const steps = fc.array(step, { maxLength: 150 });

/** Goes through the steps, then `epilogue`, and to the end. */
export function runOf(steps: readonly Step[], epilogue: (system: ModelSystem) => void = () => undefined): FinishedRun {
  const system = new ModelSystem();
  for (const one of steps) perform(system, one);
  epilogue(system);
  return system.finish();
}

interface Scene {
  readonly system: ModelSystem;
  readonly device: ModelDevice;
  readonly conversation: ModelConversation;
  readonly pick: number;
}

const changed =
  (kind: ModelChange['kind']) =>
  ({ system, device, conversation, pick }: Scene): void =>
    system.change(device, conversation, { kind, pick });

const deeds: Readonly<Record<Step['type'], (scene: Scene) => void>> = {
  write: ({ system, device, conversation }) => {
    if (device.holds(conversation)) system.write(device, conversation);
  },
  commit: ({ system, device }) => system.commit(device),
  answer: ({ system, device }) => system.answer(device),
  deliver: ({ system, device }) => system.deliver(device, 1),
  'deliver-twice': ({ system, device }) => system.deliver(device, 2),
  lose: ({ system, device }) => system.deliver(device, 0),
  edit: changed('edit'),
  recall: changed('recall'),
  react: changed('react'),
  conflict: ({ system, device, conversation }) => system.sendConflicting(device, conversation),
  'move-cat': ({ system }) => system.moveCat(),
  read: ({ system, device, conversation }) => system.markRead(device, conversation),
  load: ({ device, conversation }) => {
    if (device.isConnected && device.holds(conversation)) device.load(conversation);
  },
  drop: ({ system, device }) => system.drop(device),
  resume: ({ system, device }) => system.resume(device),
  fault: ({ system }) => system.toggleFault(),
};

function perform(system: ModelSystem, step: Step): void {
  const device = system.devices[step.device];
  const conversation = system.conversations[step.conversation];
  if (device !== undefined && conversation !== undefined)
    deeds[step.type]({ system, device, conversation, pick: step.pick });
}
