import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { foreignEnvironment } from '../foreign-environment.ts';
import { freePort } from './free-port.ts';

/** A program people run beside Parley, and how one is run privately. */
export interface ServiceKind {
  readonly name: string;
  /** The Debian package that brings it. */
  readonly package: string;
  /** Ports it listens on; the first is the one it is asked on. */
  readonly portCount: number;
  /** Where the program is, or undefined when it is not installed. */
  find(): string | undefined;
  /** Makes what it needs in its folder before it starts. */
  prepare?(place: ServicePlace): void;
  /** What runs the program, where it must not be the user who starts it. */
  command?(): readonly string[];
  /** What it reads from its environment, besides what everybody has. */
  environment?(place: ServicePlace): Readonly<Record<string, string>>;
  arguments(place: ServicePlace): readonly string[];
  /** What it takes for “end soon, but in order”, where that is not SIGTERM. */
  readonly stopSignal?: 'SIGINT';
  /** Whether it answers those who show what it asks for. */
  isReady(port: number, secret?: string): Promise<boolean>;
  /** What is to be said to it when it answers. */
  settle?(place: ServicePlace): Promise<void>;
}

export interface ServicePlace {
  readonly folder: string;
  readonly ports: readonly number[];
  /** Whether what it was told has to survive, or ends with the service. */
  readonly isKept: boolean;
  /** What it asks of everybody who comes: letters and digits. Without one everybody is let in. */
  readonly secret?: string;
  /** What it says is appended here, start after start. */
  readonly logPath?: string;
  /** Told of each start of the program, before it answers, and when that has ended. */
  readonly onSpawn?: (pid: number, ended: Promise<unknown>) => void;
  /** From this folder down it may be let in, when it must run as another user. */
  readonly within?: string;
}

/** Generous: a start on a busy machine. */
const startTriesMax = 1_500;
const tryIntervalMs = 20;
/** Somebody may take a port between looking and listening. */
const placesMax = 3;
/** How long it may take to end in order. */
const stopGraceMs = 15_000;

/**
 * A private service on loopback with a folder of its own. Both stay the same over a kill and a start, so that what it kept is found
 * again. Without a folder of the caller's it gets one that ends with it.
 *
 * @example await using etcd = await Service.start(etcdKind);
 * @example const postgres = await Service.start(postgresKind, { folder: 'data/cluster/postgres' });
 */
export class Service implements AsyncDisposable {
  readonly #kind: ServiceKind;
  readonly #place: ServicePlace;
  #process: Subprocess | undefined;

  private constructor(kind: ServiceKind, place: ServicePlace) {
    this.#kind = kind;
    this.#place = place;
  }

  /** Resolves when it answers. What is in the folder is found again; that folder has to exist. */
  static async start(kind: ServiceKind, kept: Partial<Omit<ServicePlace, 'ports' | 'isKept'>> = {}): Promise<Service> {
    for (let places = 1; ; places++) {
      const ports = await Promise.all(Array.from({ length: kind.portCount }, freePort));
      const folder = kept.folder ?? mkdtempSync(join(tmpdir(), `parley-${kind.name}-`));
      const service = new Service(kind, { ...kept, folder, ports, isKept: kept.folder !== undefined });
      try {
        await service.start();
        return service;
      } catch (error) {
        await service[Symbol.asyncDispose]();
        if (places === placesMax) throw error;
      }
    }
  }

  get port(): number {
    return this.#place.ports[0] ?? 0;
  }

  get ports(): readonly number[] {
    return this.#place.ports;
  }

  get folder(): string {
    return this.#place.folder;
  }

  /** Starts it again after a `kill` or a `stop`. Resolves when it answers. */
  async start(): Promise<void> {
    const { name } = this.#kind;
    const program = this.#kind.find();
    if (program === undefined) throw new Error(`${name} is missing: apt-get install --yes ${this.#kind.package}`);
    this.#kind.prepare?.(this.#place);
    const command = [...(this.#kind.command?.() ?? []), program, ...this.#kind.arguments(this.#place)];
    const process = this.#spawn(command);
    for (let tries = 0; tries < startTriesMax; tries++) {
      if (process.exitCode !== null) throw new Error(`${name} ended with code ${process.exitCode}.`);
      if (await this.#kind.isReady(this.port, this.#place.secret)) return this.#kind.settle?.(this.#place);
      await Bun.sleep(tryIntervalMs);
    }
    throw new Error(`${name} did not answer in time.`);
  }

  /** Of the program that runs, or ran last. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves when the program that runs has ended, whoever ended it. */
  get exited(): Promise<unknown> {
    return this.#process?.exited ?? Promise.resolve();
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.exited;
  }

  /** In order; when that takes too long, at once. What it has started and leaves behind ends with it. */
  async stop(): Promise<void> {
    const children = this.#process === undefined ? [] : childrenOf(this.#process.pid);
    this.#process?.kill(this.#kind.stopSignal ?? 'SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), stopGraceMs);
    await this.exited;
    clearTimeout(timer);
    for (const child of children) sendTo(child, 'SIGKILL');
  }

  /** It keeps its connections and answers nothing, as a machine that swaps or a network that swallows. */
  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (!this.#place.isKept) rmSync(this.folder, { recursive: true, force: true });
  }

  /** What is kept runs apart from the terminal: Ctrl+C is for who started it, who ends it in its turn. */
  #spawn(command: readonly string[]): Subprocess {
    const { isKept, logPath, folder: cwd } = this.#place;
    const log = logPath === undefined ? 'ignore' : openSync(logPath, 'a', 0o600);
    const env = { ...foreignEnvironment(process.env), ...this.#kind.environment?.(this.#place) };
    this.#process = Bun.spawn([...command], { stdin: 'ignore', stdout: log, stderr: log, detached: isKept, env, cwd });
    if (log !== 'ignore') closeSync(log);
    this.#place.onSpawn?.(this.#process.pid, this.#process.exited);
    return this.#process;
  }

  /** To the program and the processes it has started, as some serve each connection with one. */
  #signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    const process = this.#process;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const children = childrenOf(process.pid);
    process.kill(signal);
    for (const child of children) sendTo(child, signal);
  }
}

function childrenOf(pid: number): readonly number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(list)) return [];
  return readFileSync(list, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** One that has ended in between needs no signal. */
function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
