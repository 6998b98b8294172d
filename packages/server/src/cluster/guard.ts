import { writeFileSync } from 'node:fs';
import type { Subprocess } from 'bun';

/** What its process is called. */
export const guardName = 'parley-guard';

/** Tenths of a second that those who are told to end may take, before they are killed. */
const patienceTenths = 300;

/**
 * Knows from lines of ours which processes there are. When our end of the pipe closes, whatever closed it, it ends those that are left:
 * first the processes of the cluster, then the engines under them.
 */
const script = `
trap '' INT TERM HUP
while read -r kind pids; do
  case $kind in members) members=$pids ;; engines) engines=$pids ;; esac
done
any() { for pid in "$@"; do kill -0 "$pid" 2>/dev/null && return 0; done; return 1; }
for each in "$members" "$engines"; do
  [ -n "$each" ] || continue
  kill -TERM $each 2>/dev/null
  tenths=0
  while any $each && [ $tenths -lt ${patienceTenths} ]; do sleep 0.1; tenths=$((tenths + 1)); done
  kill -KILL $each 2>/dev/null
done
rm -f "$1"
`;

/** Leaves no process behind, also when this one is killed. */
export class Guard {
  private readonly child: Subprocess<'pipe', 'ignore', 'ignore'>;
  private readonly pids = { members: new Set<number>(), engines: new Set<number>() };

  /** @param file says that it lives */
  constructor(file: string) {
    const streams = { stdin: 'pipe', stdout: 'ignore', stderr: 'ignore' } as const;
    this.child = Bun.spawn(['sh', '-c', script, guardName, file], { ...streams, detached: true });
    writeFileSync(file, String(this.child.pid), { mode: 0o600 });
  }

  watch(kind: 'members' | 'engines', pid: number): void {
    this.pids[kind].add(pid);
    this.tell(kind);
  }

  forget(kind: 'members' | 'engines', pid: number): void {
    if (this.pids[kind].delete(pid)) this.tell(kind);
  }

  /** Resolves when it has ended what it still knew. */
  async close(): Promise<void> {
    await this.child.stdin.end();
    await this.child.exited;
  }

  private tell(kind: 'members' | 'engines'): void {
    void this.child.stdin.write(`${kind} ${[...this.pids[kind]].join(' ')}\n`);
    void this.child.stdin.flush();
  }
}
