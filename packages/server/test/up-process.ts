import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import type { MemberView } from '../src/cluster/cluster.ts';
import { linesOf } from '../src/cluster/lines-of.ts';
import { freePort } from './free-port.ts';
import { processIds } from './process-ids.ts';
import { parley, type Ran } from './run-parley.ts';

const main = join(import.meta.dir, '../src/main.ts');
/** The last line of the banner. */
const readyLine = 'Ctrl+C stops all of it';

interface UpPorts {
  readonly site: number;
  readonly api: number;
  readonly ws: number;
  readonly tcp: number;
  readonly ops: number;
}

/** `parley up --cluster` as a person starts it, on private engines. Its ports and data folder stay the same over restarts. */
export class UpProcess implements AsyncDisposable {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'parley-up-'));
  readonly lines: string[] = [];
  private readonly ports: UpPorts;
  private readonly args: readonly string[];
  private readonly environment: Readonly<Record<string, string>>;
  private process: Subprocess<'ignore', 'pipe', 'inherit'> | undefined;

  private constructor(ports: UpPorts, args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.ports = ports;
    this.args = args;
    this.environment = environment;
  }

  /** Resolves when it says that it is ready. */
  static async start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<UpProcess> {
    const up = await UpProcess.prepare(args, environment);
    await up.start();
    return up;
  }

  /** Does not run yet. */
  static async prepare(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<UpProcess> {
    const [site = 0, api = 0, ws = 0, tcp = 0, ops = 0] = await Promise.all(Array.from({ length: 5 }, freePort));
    return new UpProcess({ site, api, ws, tcp, ops }, args, environment);
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports.site}`;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.ports.api}/v1`;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.ports.ws}/v1/socket`;
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }

  /** Starts it again, on what it kept. */
  async start(): Promise<void> {
    this.lines.length = 0;
    const streams = { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' } as const;
    const command = [process.execPath, main, 'up', '--cluster', ...this.args];
    this.process = Bun.spawn(command, { ...streams, env: { PATH: process.env['PATH'] ?? '', ...this.settings } });
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    void this.read(this.process.stdout, resolve);
    const ended = this.process.exited.then((code) => {
      throw new Error(`It ended with code ${code}:\n${this.lines.join('\n')}`);
    });
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
  }

  async members(): Promise<readonly MemberView[]> {
    const answer = await fetch(`http://127.0.0.1:${this.ports.ops}/readyz`);
    return ((await answer.json()) as { readonly members: readonly MemberView[] }).members;
  }

  async metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.ports.ops}/metrics`)).text();
  }

  /** Of itself and of everything it started. */
  pids(): readonly number[] {
    return processIds().filter((pid) => belongsTo(pid, this.dataDir));
  }

  rollout(): Promise<Ran> {
    return parley(['rollout'], { dataDir: this.dataDir, env: this.environment });
  }

  /** @returns the exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number> {
    this.process?.kill(signal);
    return (await this.process?.exited) ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM');
    while (this.pids().length > 0) await Bun.sleep(50);
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private get settings(): Record<string, string> {
    const { site, api, ws, tcp, ops } = this.ports;
    return {
      PARLEY_DATA_DIR: this.dataDir,
      PARLEY_SITE_PORT: String(site),
      PARLEY_API_PORT: String(api),
      PARLEY_WS_PORT: String(ws),
      PARLEY_TCP_PORTS: String(tcp),
      PARLEY_OPS_PORT: String(ops),
      PARLEY_RATE_LIMITS: 'off',
      ...this.environment,
    };
  }

  private async read(stream: ReadableStream<Uint8Array>, isReady: () => void): Promise<void> {
    for await (const line of linesOf(stream)) {
      this.lines.push(line);
      if (line.includes(readyLine)) isReady();
    }
  }
}

/** Its data folder stands in the command line or the environment of whatever it started, or that works in it. */
function belongsTo(pid: number, dataDir: string): boolean {
  try {
    const [command, environment] = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8'));
    return `${command}${environment}${readlinkSync(`/proc/${pid}/cwd`)}`.includes(dataDir);
  } catch {
    return false;
  }
}
