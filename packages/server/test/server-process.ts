import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClusterShape } from './cluster/cluster-shape.ts';
import { freePort } from './free-port.ts';
import { Program, type Settings, type Shape } from './program.ts';

export interface Ports {
  readonly site: number;
  readonly api: number;
  readonly ws: number;
  readonly tcp: readonly [number, number];
  readonly ops: number;
}

/** Who names one of these says what runs, and gets it as one process in every shape. */
const ownShape = /^PARLEY_(ROLES|(STORE|QUEUE|PRESENCE|REGISTRY)_URL|FAULTS)$/;

/**
 * A running Parley, for tests that kill it. Its ports and data stay the same over restarts. It is one process, or, with
 * PARLEY_TEST_SHAPE=cluster, several nodes of each role behind the same ports: `npm run test:cluster`.
 */
export class ServerProcess implements AsyncDisposable {
  readonly ports: Ports;
  /** Of all its processes. */
  readonly dataDir: string;
  readonly #shape: Shape;
  readonly #front: readonly [Program, ...Program[]];
  readonly #back: readonly Program[];

  private constructor(ports: Ports, dataDir: string, shape: Shape) {
    const [first, ...others] = shape.front;
    this.ports = ports;
    this.dataDir = dataDir;
    this.#shape = shape;
    this.#front = [new Program(first), ...others.map((settings) => new Program(settings))];
    this.#back = shape.back.map((settings) => new Program(settings));
  }

  static async start(environment: Settings = {}): Promise<ServerProcess> {
    const ports = await freePorts();
    const dataDir = mkdtempSync(join(tmpdir(), 'parley-'));
    const settings = { ...placesOf(ports), PARLEY_DATA_DIR: dataDir, ...environment };
    const server = new ServerProcess(ports, dataDir, await openShape(settings, environment));
    try {
      await server.start();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What the command line needs to work on the same accounts. */
  get settings(): Settings {
    return this.#shape.front[0];
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

  /** Of every process that people’s sockets are with. */
  get opsUrlsOfSockets(): readonly string[] {
    return this.#shape.front.map(({ PARLEY_OPS_PORT: port = '' }) => `http://127.0.0.1:${port}`);
  }

  get isRunning(): boolean {
    return this.#all.every((program) => program.isRunning);
  }

  /** Resolves with the exit code when the process has ended by itself, or was killed. */
  get ended(): Promise<number> {
    if (!this.isRunning) throw new Error('The server does not run.');
    return this.exited;
  }

  /** Of the one that has the page and the API. */
  get pid(): number {
    return this.#front[0].pid;
  }

  /** Resolves with the exit code when it is gone, whoever ended it. */
  get exited(): Promise<number> {
    return Promise.all(this.#all.map((program) => program.exited)).then((codes) => Math.max(...codes));
  }

  /** Resolves when it is ready. */
  async start(): Promise<void> {
    await Promise.all(this.#all.map((program) => program.start()));
  }

  /** SIGTERM to every process that people’s sockets are with; does not wait. */
  terminate(): void {
    for (const { pid } of this.#front) process.kill(pid, 'SIGTERM');
  }

  async kill(): Promise<void> {
    await Promise.all(this.#all.map((program) => program.kill()));
  }

  /** SIGTERM. @returns the exit code. */
  async stop(): Promise<number> {
    const front = await Promise.all(this.#front.map((program) => program.stop()));
    const back = await Promise.all(this.#back.map((program) => program.stop()));
    return Math.max(...front, ...back);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.#shape[Symbol.asyncDispose]();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  get #all(): readonly Program[] {
    return [...this.#front, ...this.#back];
  }
}

async function openShape(settings: Settings, chosen: Settings): Promise<Shape> {
  const isOwn = Object.keys(chosen).some((name) => ownShape.test(name));
  if (process.env['PARLEY_TEST_SHAPE'] === 'cluster' && !isOwn) return openClusterShape(settings);
  return { front: [settings], back: [], [Symbol.asyncDispose]: async () => undefined };
}

function placesOf({ site, api, ws, tcp, ops }: Ports): Settings {
  return {
    PARLEY_SITE_PORT: String(site),
    PARLEY_API_PORT: String(api),
    PARLEY_WS_PORT: String(ws),
    PARLEY_TCP_PORTS: tcp.join(','),
    PARLEY_OPS_PORT: String(ops),
    PARLEY_DRAIN_MS: '100',
  };
}

async function freePorts(): Promise<Ports> {
  const [site = 0, api = 0, ws = 0, tcp1 = 0, tcp2 = 0, ops = 0] = await Promise.all(
    Array.from({ length: 6 }, freePort),
  );
  return { site, api, ws, tcp: [tcp1, tcp2], ops };
}
