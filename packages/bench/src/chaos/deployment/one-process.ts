import { Database } from 'bun:sqlite';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ServerProcess } from '@parley/server/test/server-process.ts';
import type { FaultClass, Gauges } from '../../checker/history-event.ts';
import { readStored } from '../../checker/read-stored.ts';
import type { StoredTruth } from '../../checker/truth.ts';
import { readServerGauges } from '../../measure/server-gauges.ts';
import type { DatabaseFile, Deployment, Entrance, Part } from './deployment.ts';
import { FaultControl } from './fault-control.ts';
import { loggedDefects } from './logged-defects.ts';
import { SmallDisk } from './small-disk.ts';
import { tearWal } from './wal.ts';

/** How a process that is being started anew may be told to go away; short, so that a run has many. */
const drainMs = 300;

const elsewhere: Readonly<Partial<Record<FaultClass, string>>> = {
  F3: 'no Redis: the queue and presence are in the process',
  F4: 'no etcd: the registry is in the process',
};

/** Every role in one process, with the embedded engines: what `npm start` starts. */
export class OneProcess implements Deployment {
  readonly file: DatabaseFile = { tearLog: () => this.#tearLog(), fillDisk: () => this.#fillDisk() };
  readonly #server: ServerProcess;
  readonly #disk: SmallDisk | undefined;

  private constructor(server: ServerProcess, disk: SmallDisk | undefined) {
    this.#server = server;
    this.#disk = disk;
  }

  static async start(): Promise<OneProcess> {
    const disk = SmallDisk.tryMount();
    const environment = {
      PARLEY_FAULTS: 'on',
      PARLEY_RATE_LIMITS: 'off',
      PARLEY_DRAIN_MS: String(drainMs),
      ...(disk === undefined ? {} : { PARLEY_DATA_DIR: disk.path }),
    };
    try {
      return new OneProcess(await ServerProcess.start(environment), disk);
    } catch (error) {
      disk?.[Symbol.dispose]();
      throw error;
    }
  }

  get parts(): readonly Part[] {
    return [{ name: 'server', pid: this.#server.pid, roles: ['api', 'logic', 'connect', 'task', 'site'] }];
  }

  get entrances(): readonly Entrance[] {
    const { site, api, ws, tcp } = this.#server.ports;
    return [{ site, api, socket: ws, tcp: tcp[0] }];
  }

  whyNot(fault: FaultClass): string | undefined {
    if (fault === 'F6' && this.#disk === undefined) return 'this user may not mount the small disk it needs';
    return elsewhere[fault];
  }

  isRunning(): boolean {
    return this.#server.isRunning;
  }

  kill(): Promise<void> {
    return this.#server.kill();
  }

  async died(_part: Part, withinMs: number): Promise<void> {
    const late = Bun.sleep(withinMs).then(() => 'late' as const);
    if ((await Promise.race([this.#server.exited, late])) === 'late')
      throw new Error(`The server did not end within ${withinMs} ms.`);
  }

  pause({ pid }: Part): void {
    process.kill(pid, 'SIGSTOP');
  }

  resume({ pid }: Part): void {
    process.kill(pid, 'SIGCONT');
  }

  start(): Promise<void> {
    return this.#server.start();
  }

  drain(): Promise<number> {
    return this.#server.stop();
  }

  faults(): FaultControl {
    return new FaultControl(this.#server.ports.ops);
  }

  async lockDatabase(): Promise<() => Promise<void>> {
    const database = new Database(this.#databasePath);
    database.run('pragma busy_timeout = 5000');
    database.run('begin immediate');
    return async () => {
      database.run('rollback');
      database.close();
    };
  }

  #tearLog(): number {
    const path = `${this.#databasePath}-wal`;
    return existsSync(path) ? tearWal(path) : 0;
  }

  #fillDisk(): () => void {
    if (this.#disk === undefined) throw new Error('There is no small disk to fill.');
    this.#emptyLog();
    return this.#disk.fill();
  }

  /** A log that was longer once goes on taking writes on a full disk, in the room it has. */
  #emptyLog(): void {
    using database = new Database(this.#databasePath);
    database.run('pragma busy_timeout = 2000');
    database.run('pragma wal_checkpoint(truncate)');
  }

  gauges(): Promise<Gauges> {
    return readServerGauges(this.#server.pid, this.#server.ports.ops);
  }

  defects(): readonly string[] {
    return loggedDefects(join(this.#dataDir, 'parley.log'));
  }

  async stored(conversationId: number): Promise<StoredTruth> {
    return readStored(this.#databasePath, conversationId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    this.#disk?.[Symbol.dispose]();
  }

  get #dataDir(): string {
    return this.#disk?.path ?? this.#server.dataDir;
  }

  get #databasePath(): string {
    return join(this.#dataDir, 'parley.sqlite');
  }
}
