import { readFileSync } from 'node:fs';

/** Of `getconf CLK_TCK`: the kernel tells times of processes in these on every Linux we run on. */
const ticksPerSecond = 100;
const bytesPerKb = 1_024;

/** CPU seconds a process has used since its start, in user and kernel mode, all its threads. */
export function cpuSecondsOf(pid: number): number {
  const [user, system] = timesOf(pid);
  return (user + system) / ticksPerSecond;
}

/** The same with the processes it has started, also those that have ended: some servers have one to a connection. */
export function cpuSecondsOfAll(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean);
  const living = children.map((child) => cpuSecondsOf(Number(child)));
  return (
    timesOf(pid).reduce((sum, ticks) => sum + ticks, 0) / ticksPerSecond + living.reduce((sum, one) => sum + one, 0)
  );
}

/** In user and kernel mode, then the same of its children that have ended. */
function timesOf(pid: number): readonly [user: number, system: number, childUser: number, childSystem: number] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in brackets may hold spaces; what follows it begins with the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [Number(fields[11]), Number(fields[12]), Number(fields[13]), Number(fields[14])];
}

/** Bytes of a process that are in memory and its own: what would be free if it ended. */
export function memoryBytesOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  const kb = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].map(([, number]) => Number(number));
  return kb.reduce((sum, one) => sum + one, 0) * bytesPerKb;
}

/** Bytes of a process that are in memory, with its share of files others have in memory too. */
export function residentBytesOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  return Number(/^Rss: +(\d+) kB$/m.exec(rollup)?.[1]) * bytesPerKb;
}
