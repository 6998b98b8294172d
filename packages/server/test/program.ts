import { join } from 'node:path';
import type { Subprocess } from 'bun';

const main = join(import.meta.dir, '../src/main.ts');
const readyTriesMax = 3_000;

/** By their names in the environment. */
export type Settings = Readonly<Record<string, string>>;

/** The processes of a server, by their settings, and what ends with them. */
export interface Shape extends AsyncDisposable {
  /** Those people meet; the first has the page and the API. */
  readonly front: readonly [Settings, ...Settings[]];
  /** Those that work for them. */
  readonly back: readonly Settings[];
}

/** One process of Parley, for tests that kill it. It can be started again, with the same settings. */
export class Program {
  readonly #settings: Settings;
  readonly #opsPort: number;
  #process: Subprocess | undefined;

  /** PARLEY_OPS_PORT has to be among them. */
  constructor(settings: Settings) {
    this.#settings = settings;
    this.#opsPort = Number(settings['PARLEY_OPS_PORT']);
  }

  get isRunning(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
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
      env: { ...inherited(), ...this.#settings },
      stdout: 'ignore',
      stderr: 'inherit',
    });
    for (let tries = 0; tries < readyTriesMax; tries++) {
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

  async #isReady(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.#opsPort}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  }
}

/** Nothing of what is set for the one who tests. */
function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([key, value]) => value !== undefined && !key.startsWith('PARLEY_')),
  ) as Record<string, string>;
}
