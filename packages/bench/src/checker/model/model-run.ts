import * as fc from 'fast-check';
import type { History } from '../history.ts';
import type { Truth } from '../truth.ts';
import { ModelSystem } from './model-system.ts';

export interface FinishedRun {
  readonly history: History;
  readonly truth: Truth;
}

const device = fc.nat(4);
const conversation = fc.nat(2);
const one = <Type extends string>(type: Type) => fc.record({ type: fc.constant(type), device, conversation });

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
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What a correct system may go through. */
export const steps = fc.array(step, { maxLength: 150 });

/** Goes through the steps, then `epilogue`, and to the end. */
export function runOf(steps: readonly Step[], epilogue: (system: ModelSystem) => void = () => undefined): FinishedRun {
  const system = new ModelSystem();
  for (const one of steps) perform(system, one);
  epilogue(system);
  return system.finish();
}

function perform(system: ModelSystem, step: Step): void {
  const device = system.devices[step.device];
  const conversation = system.conversations[step.conversation];
  if (device === undefined || conversation === undefined) return;
  switch (step.type) {
    case 'write':
      if (device.holds(conversation)) system.write(device, conversation);
      break;
    case 'commit':
      system.commit(device);
      break;
    case 'answer':
      system.answer(device);
      break;
    case 'deliver':
      system.deliver(device, 1);
      break;
    case 'deliver-twice':
      system.deliver(device, 2);
      break;
    case 'lose':
      system.deliver(device, 0);
      break;
    case 'edit':
    case 'recall':
    case 'react':
      system.change(device, conversation, step.type);
      break;
    case 'conflict':
      system.sendConflicting(device, conversation);
      break;
    case 'move-cat':
      system.moveCat();
      break;
    case 'read':
      system.markRead(device, conversation);
      break;
    case 'load':
      if (device.isConnected && device.holds(conversation)) device.load(conversation);
      break;
    case 'drop':
      system.drop(device);
      break;
    case 'resume':
      system.resume(device);
      break;
    case 'fault':
      system.toggleFault();
      break;
  }
}
