import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { freePort } from './free-port.ts';

const main = join(import.meta.dir, '../src/main.ts');

export interface Ports {
  readonly site: number;
  readonly api: number;
  readonly ws: number;
  readonly tcp: readonly [number, number];
  readonly ops: number;
}

/** A server as its own process, for tests that kill it. Its ports and data folder stay the same over restarts. */
export class ServerProcess implements AsyncDisposable {
  readonly ports: Ports;
  readonly dataDir: string;
  readonly #environment: Readonly<Record<string, string>>;
  #process: Subprocess | undefined;

  private constructor(ports: Ports, environment: Readonly<Record<string, string>>) {
    this.ports = ports;
    this.dataDir = mkdtempSync(join(tmpdir(), 'parley-'));
    this.#environment = environment;
  }

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const server = new ServerProcess(await freePorts(), environment);
    await server.start();
    return server;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.ports.ws}/v1/socket`;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.ports.api}/v1`;
  }

  get opsUrl(): string {
    return `http://127.0.0.1:${this.ports.ops}`;
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Resolves with the exit code when the process has ended by itself, or was killed. */
  get ended(): Promise<number> {
    if (this.#process === undefined) throw new Error('The server does not run.');
    return this.#process.exited;
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error('The server does not run.');
    return this.#process.pid;
  }

  /** Resolves with the exit code when it is gone, whoever ended it. */
  get exited(): Promise<number> {
    return this.#process?.exited ?? Promise.resolve(0);
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    this.#process = Bun.spawn([process.execPath, main, 'start'], {
      env: this.#env(),
      stdout: 'ignore',
      stderr: 'inherit',
    });
    for (let tries = 0; tries < 1_000; tries++) {
      if (this.#process.exitCode !== null) throw new Error(`The server ended with code ${this.#process.exitCode}.`);
      if (await this.#isReady()) return;
      await Bun.sleep(10);
    }
    throw new Error('The server was not ready in time.');
  }

  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#process?.exited;
  }

  /** SIGTERM. @returns the exit code. */
  async stop(): Promise<number> {
    this.#process?.kill('SIGTERM');
    return (await this.#process?.exited) ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.ports.ops}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  }

  #env(): Record<string, string> {
    const { site, api, ws, tcp, ops } = this.ports;
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(([key, value]) => value !== undefined && !key.startsWith('PARLEY_')),
    ) as Record<string, string>;
    return {
      ...inherited,
      PARLEY_DATA_DIR: this.dataDir,
      PARLEY_SITE_PORT: String(site),
      PARLEY_API_PORT: String(api),
      PARLEY_WS_PORT: String(ws),
      PARLEY_TCP_PORTS: tcp.join(','),
      PARLEY_OPS_PORT: String(ops),
      PARLEY_DRAIN_MS: '100',
      ...this.#environment,
    };
  }
}

async function freePorts(): Promise<Ports> {
  const [site = 0, api = 0, ws = 0, tcp1 = 0, tcp2 = 0, ops = 0] = await Promise.all(
    Array.from({ length: 6 }, freePort),
  );
  return { site, api, ws, tcp: [tcp1, tcp2], ops };
}
