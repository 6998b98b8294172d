import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { guardName } from './guard.ts';

/** A little longer than a guard takes to end what another start left. */
const patienceMs = 75_000;
const lookEveryMs = 100;

export const guardFileIn = (folder: string): string => join(folder, 'guard.pid');

/** Waits for what a cluster that was killed left here: its engines would be in the way of new ones. @throws StartError */
export async function leftoversEnd(folder: string, onWaiting: () => void): Promise<void> {
  if (guardPid(folder) === undefined) return;
  onWaiting();
  const giveUpAt = performance.now() + patienceMs;
  while (guardPid(folder) !== undefined) {
    if (performance.now() >= giveUpAt)
      throw new StartError(
        `What a cluster that was killed left on ${folder} does not end (process ${guardPid(folder)} sees to it). End it, or choose another data_dir.`,
      );
    await Bun.sleep(lookEveryMs);
  }
}

/** Of the guard that lives. Its number may be somebody else's by now. */
function guardPid(folder: string): number | undefined {
  const path = guardFileIn(folder);
  if (!existsSync(path)) return undefined;
  const pid = Number(readFileSync(path, 'utf8'));
  return pid > 0 && isGuard(pid) ? pid : undefined;
}

function isGuard(pid: number): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  if (existsSync('/proc/self/cmdline'))
    return existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes(guardName);
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
