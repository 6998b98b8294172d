import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ServerProcess } from '@parley/server/test/server-process.ts';
import { build, type World } from './world.ts';

/** The whole server as a process of its own, on a database that holds `world`, with the rates lifted. */
export class BenchServer implements AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  readonly apiUrl: string;
  private readonly server: ServerProcess;
  private readonly folder: string;

  private constructor(server: ServerProcess, folder: string) {
    this.server = server;
    this.folder = folder;
    this.pid = server.pid;
    this.port = server.ports.ws;
    this.apiUrl = server.apiUrl;
  }

  static async start(world: World): Promise<BenchServer> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
    await build(world, join(folder, 'parley.sqlite'));
    const server = await ServerProcess.start({ PARLEY_DATA_DIR: folder, PARLEY_RATE_LIMITS: 'off' });
    return new BenchServer(server, folder);
  }

  /** Stops it with a signal, so that a profiler given in `BUN_OPTIONS` writes what it saw. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await this.server[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
