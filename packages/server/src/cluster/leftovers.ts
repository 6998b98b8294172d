import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';
import { guardName } from './guard.ts';

/** A little longer than a guard takes to end what another start left. */
const patienceMs = 75_000;
const lookEveryMs = 100;

export const guardFileIn = (folder: string): string => join(folder, 'guard.pid');

/** Two clusters on one folder would take each other's data, so a second one waits for what a killed one left. @throws StartError */
export async function leftoversEnd(folder: string, onWaiting: () => void): Promise<void> {
  if (guardPid(folder) === undefined) return;
  onWaiting();
  const giveUpAt = performance.now() + patienceMs;
  while (guardPid(folder) !== undefined) {
    if (performance.now() >= giveUpAt)
      throw new StartError(
        `Another cluster works on ${folder} (process ${guardPid(folder)}). Stop it, or choose another data_dir.`,
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
