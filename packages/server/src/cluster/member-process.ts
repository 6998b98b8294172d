import type { Subprocess } from 'bun';
import { directFetch } from '../direct-fetch.ts';
import { StartError } from '../start-error.ts';
import { linesOf } from './lines-of.ts';

export interface MemberProcessOptions {
  /** What other processes know it by; each start beside a running one has its own. */
  readonly nodeId: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly opsUrl: string;
  /** A line on its error stream. */
  readonly onLine: (line: string) => void;
}

export const memberLimits = {
  /** From the start to ready: on a busy machine, with tables to be made. */
  readyMs: 60_000,
  pollMs: 50,
  pollDeadlineMs: 2_000,
  /** What stopping may take beyond sending clients away. */
  stopGraceMs: 20_000,
} as const;

/** One start of one process. */
export class MemberProcess {
  readonly nodeId: string;
  readonly opsUrl: string;
  private readonly child: Subprocess<'ignore', 'ignore', 'pipe'>;
  private lastLine = '';

  constructor({ nodeId, command, environment, opsUrl, onLine }: MemberProcessOptions) {
    this.nodeId = nodeId;
    this.opsUrl = opsUrl;
    const streams = { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' } as const;
    // Ctrl+C is for who started it: it has its turn.
    this.child = Bun.spawn([...command], { ...streams, env: { ...environment }, detached: true });
    void this.read(onLine);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Resolves with how it ended, in words. */
  get ended(): Promise<string> {
    return this.child.exited.then(() => this.endOf());
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when it can serve. @throws StartError when it ends before, or takes too long. */
  async ready(): Promise<void> {
    const giveUpAt = performance.now() + memberLimits.readyMs;
    while (performance.now() < giveUpAt) {
      if (!this.isRunning) throw new StartError(this.lastLine.replace(/^parley: /, '') || this.endOf());
      if (await this.isReady()) return;
      await Bun.sleep(memberLimits.pollMs);
    }
    throw new StartError(`It was not ready within ${memberLimits.readyMs / 1_000} s; its log says why.`);
  }

  isReady(): Promise<boolean> {
    const signal = AbortSignal.timeout(memberLimits.pollDeadlineMs);
    return directFetch(`${this.opsUrl}/readyz`, { signal }).then(
      (answer) => answer.ok,
      () => false,
    );
  }

  /** Its figures, as Prometheus reads them; undefined when it does not answer. */
  metrics(): Promise<string | undefined> {
    const signal = AbortSignal.timeout(memberLimits.pollDeadlineMs);
    return directFetch(`${this.opsUrl}/metrics`, { signal })
      .then((answer) => (answer.ok ? answer.text() : undefined))
      .catch(() => undefined);
  }

  /** Sends its clients away, finishes what it does, ends. @returns whether it did so within its time; if not, it was killed. */
  async stop(drainMs: number): Promise<boolean> {
    let isInTime = true;
    const timer = setTimeout(() => {
      isInTime = false;
      this.kill();
    }, drainMs + memberLimits.stopGraceMs);
    this.child.kill('SIGTERM');
    await this.child.exited;
    clearTimeout(timer);
    return isInTime;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private endOf(): string {
    const { exitCode, signalCode } = this.child;
    return signalCode === null ? `ended with code ${exitCode}` : `was ended by ${signalCode}`;
  }

  private async read(onLine: (line: string) => void): Promise<void> {
    for await (const line of linesOf(this.child.stderr)) {
      if (line.trim() === '') continue;
      this.lastLine = line;
      onLine(line);
    }
  }
}
