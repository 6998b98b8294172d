import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dir, '../src/main.ts');

/** How a run of the command line ended, and what it said. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly dataDir?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the command line in an empty folder of its own. */
export async function parley(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawnParley(args, options);
  const [code, out, err] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code, out, err };
}

/** The same, for tests that end it themselves. */
export function spawnParley(args: readonly string[], options: RunOptions = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'parley-cli-'));
  return Bun.spawn([process.execPath, main, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA_DIR: options.dataDir ?? join(cwd, 'data'), ...options.env },
    stdin: Buffer.from(options.input ?? ''),
    stdout: 'pipe',
    stderr: 'pipe',
  });
}
