import { cpus, loadavg, release, totalmem } from 'node:os';

/** Where and of what a result is. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly bun: string;
  readonly sqlite: string;
  readonly commit: string;
  /** Tracked files differ from the commit. */
  readonly isModified: boolean;
  /** Before the first scenario; above 0 others use the machine. */
  readonly loadBefore: number;
  readonly at: string;
}

export async function thisMachine(): Promise<Machine> {
  const { Database } = await import('bun:sqlite');
  using database = new Database(':memory:');
  const version = database.query<{ version: string }, []>('select sqlite_version() as version').get();
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    bun: Bun.version,
    sqlite: version?.version ?? 'unknown',
    commit: git('rev-parse', '--short', 'HEAD') || 'unknown',
    isModified:
      git('status', '--porcelain', '--untracked-files=no', '--', 'packages/server', 'packages/protocol') !== '',
    loadBefore: loadavg()[0] ?? 0,
    at: new Date().toISOString(),
  };
}

/** Empty when there is no repository, as in a downloaded archive. */
function git(...args: string[]): string {
  if (Bun.which('git') === null) return '';
  const { success, stdout } = Bun.spawnSync(['git', ...args], { cwd: import.meta.dir, stderr: 'ignore' });
  return success ? stdout.toString().trim() : '';
}
