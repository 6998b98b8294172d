import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBun, installBun, pinned, recallBun } from './bun.mjs';
import { exitOnSignals, handOver } from './command.mjs';
import { withLock } from './lock.mjs';
import { Problem } from './problem.mjs';
import { createProgress } from './progress.mjs';
import { isDone, perform, steps } from './steps.mjs';
import { tasks } from './tasks.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const state = join(root, '.bun');

/** Prepares what the task needs, runs it, and resolves to the exit code: of the first part that fails, else 0. */
export async function launch(name, args) {
  try {
    const { needs, runs } = find(name);
    const bun = await prepare(needs(args).map((need) => steps[need]));
    for (const each of runs(args, root)) {
      const code = await handOver(bun.path, each);
      if (code !== 0) return code;
    }
    return 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`\n${error.message}\n${error.advice}\n`);
    return 1;
  }
}

function find(name) {
  if (Object.hasOwn(tasks, name)) return tasks[name];
  throw new Problem(`There is no task “${name}”.`, `There are: ${Object.keys(tasks).join(', ')}.`);
}

async function prepare(needed) {
  const bun = recallBun(state);
  if (bun && needed.every((step) => isDone(step, { root, state, bun }))) return bun;
  const release = exitOnSignals();
  try {
    return await withLock(state, () => prepareAlone(needed), { onWait });
  } catch (error) {
    throw ['EACCES', 'EPERM', 'EROFS'].includes(error.code) ? unwritable(error) : error;
  } finally {
    release();
  }
}

function onWait() {
  process.stderr.write('… Another start of Parley is preparing this folder; waiting for it\n');
}

async function prepareAlone(needed) {
  const progress = createProgress();
  const found = recallBun(state) ?? findBun(state);
  const bun = found ?? (await progress.step(`Getting Bun ${pinned} (about 40 MB, once)`, () => installBun(state)));
  const scene = { root, state, bun };
  for (const step of needed) {
    if (!isDone(step, scene)) await progress.step(step.title, () => perform(step, scene));
  }
  return bun;
}

function unwritable(error) {
  const advice = 'Make it writable for this user, or run as the user who owns it.';
  return new Problem(`The project folder cannot be written (${error.message}).`, advice, { cause: error });
}
