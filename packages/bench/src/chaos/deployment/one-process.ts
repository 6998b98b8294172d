import { Database } from 'bun:sqlite';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageView, type MessageRow } from '@parley/server/src/logic/message-view.ts';
import { ServerProcess } from '@parley/server/test/server-process.ts';
import type { FaultClass, Gauges } from '../../checker/history-event.ts';
import { residentBytesOf } from '../../measure/process-usage.ts';
import type { Deployment, Entrance, Part, StoredConversation } from './deployment.ts';
import { FaultControl } from './fault-control.ts';
import { SmallDisk } from './small-disk.ts';
import { tearWal } from './wal.ts';

/** How a process that is being started anew may be told to go away; short, so that a run has many. */
const drainMs = 300;

const elsewhere: Readonly<Partial<Record<FaultClass, string>>> = {
  F3: 'no Redis: the queue and presence are in the process',
  F4: 'no etcd: the registry is in the process',
};

interface ConversationRow {
  readonly seq: number;
  readonly version: number;
  readonly min_seq: number;
}
interface MemberRow {
  readonly user_id: number;
  readonly status: string;
  readonly join_seq: number;
  readonly read_seq: number;
  readonly delivered_seq: number;
}

/** Every role in one process, with the embedded engines: what `npm start` starts. */
export class OneProcess implements Deployment {
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
    return [{ name: 'server', pid: this.#server.pid }];
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

  lockDatabase(): () => void {
    const database = new Database(this.#databasePath);
    database.run('pragma busy_timeout = 5000');
    database.run('begin immediate');
    return () => {
      database.run('rollback');
      database.close();
    };
  }

  tearLog(): number {
    const path = `${this.#databasePath}-wal`;
    return existsSync(path) ? tearWal(path) : 0;
  }

  fillDisk(): () => void {
    if (this.#disk === undefined) throw new Error('There is no small disk to fill.');
    return this.#disk.fill();
  }

  async gauges(): Promise<Gauges> {
    const { pid } = this.#server;
    const answer = await fetch(`http://127.0.0.1:${this.#server.ports.ops}/metrics`);
    const metrics = await answer.text();
    const of = (name: string): number => sumOf(metrics, name);
    return {
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      memoryBytes: residentBytesOf(pid),
      queueDepth:
        of('parley_queue_entries{state="waiting"}') +
        of('parley_queue_entries{state="taken"}') +
        of('parley_deliveries_waiting') +
        of('parley_commands_in_flight'),
      sockets: of('parley_connections'),
      topics: of('parley_topics'),
    };
  }

  stored(conversationId: number): StoredConversation {
    const database = new Database(this.#databasePath, { readonly: true });
    try {
      return readConversation(database, conversationId);
    } finally {
      database.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    this.#disk?.[Symbol.dispose]();
  }

  get #databasePath(): string {
    return join(this.#disk?.path ?? this.#server.dataDir, 'parley.sqlite');
  }
}

function readConversation(database: Database, id: number): StoredConversation {
  const row = database
    .query<ConversationRow, [number]>('select seq, version, min_seq from conversations where id = ?')
    .get(id);
  if (row === null) throw new Error(`The database has no conversation ${id}.`);
  const messages = database
    .query<MessageRow, [number]>('select * from messages where conversation_id = ? order by seq')
    .all(id);
  const members = database
    .query<MemberRow, [number]>('select * from members where conversation_id = ? order by user_id')
    .all(id);
  return {
    head: { seq: row.seq, version: row.version },
    minSeq: row.min_seq,
    messages: messages.map(messageView),
    members: members.map((member) => ({
      userId: member.user_id,
      isActive: member.status === 'active',
      joinSeq: member.join_seq,
      readSeq: member.read_seq,
      deliveredSeq: member.delivered_seq,
    })),
  };
}

/** The value of a line of the metrics' text. @throws Error when there is none: its name changed. */
function sumOf(metrics: string, name: string): number {
  const line = metrics.split('\n').find((text) => text.startsWith(`${name} `));
  if (line === undefined) throw new Error(`The server has no metric ${name}.`);
  return Number(line.slice(name.length + 1));
}
