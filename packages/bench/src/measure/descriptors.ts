import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Where a socket of a process leads, in the kernel's table: the local and the other end, then more, the tenth its inode. */
const inodeColumn = 9;

/**
 * Descriptors of a process that are open, without its TCP connections from or to these ports: what is kept there for later use is
 * now more and now less.
 */
export function descriptorsBeside(pid: number, ports: ReadonlySet<number>): number {
  const pooled = new Set(socketsAt(pid, ports).map((inode) => `socket:[${inode}]`));
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => !pooled.has(targetOf(pid, fd))).length;
}

function socketsAt(pid: number, ports: ReadonlySet<number>): readonly string[] {
  const lines = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'latin1').split('\n').slice(1),
  );
  return lines.flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const ends = columns.slice(1, 3).map((end) => Number.parseInt(end.split(':')[1] ?? '', 16));
    return ends.some((port) => ports.has(port)) ? [columns[inodeColumn] ?? ''] : [];
  });
}

/** Empty when it was closed in between. */
function targetOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return '';
  }
}
