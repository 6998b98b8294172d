import { reasonOf } from '../start-error.ts';
import type { MemberProcess } from './member-process.ts';
import type { Place } from './plan.ts';
import type { Say } from './say.ts';

export interface MemberOptions {
  readonly place: Place;
  readonly drainMs: number;
  /** Starts the process anew; of two that run beside each other each has its own number. */
  readonly spawn: (place: Place, generation: number) => Promise<MemberProcess>;
  readonly say: Say;
}

export const restartLimits = {
  backOffMsMin: 500,
  backOffMsMax: 30_000,
  /** Who ran for this long begins with the shortest wait again. */
  steadyMs: 60_000,
} as const;

/** One process of the cluster over all its starts: one that dies is started again, after a time that doubles. */
export class Member {
  private readonly options: MemberOptions;
  private process: MemberProcess | undefined;
  private generation = 1;
  private backOffMs: number = restartLimits.backOffMsMin;
  private readySinceMs = Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isStopping = false;
  private isReplacing = false;

  constructor(options: MemberOptions) {
    this.options = options;
  }

  get place(): Place {
    return this.options.place;
  }

  /** What runs for it now. */
  get current(): MemberProcess | undefined {
    return this.process;
  }

  /** Resolves when it is ready. @throws StartError */
  async start(): Promise<void> {
    await this.follow(await this.options.spawn(this.place, this.generation));
  }

  /**
   * Starts a second one beside the first; when that is ready, the first sends its clients away and ends. So somebody always listens.
   * @returns what it took, and whether the first one ended by itself in its time.
   * @throws StartError when the new one does not become ready: then the first one goes on.
   */
  async replace(): Promise<{ readonly readyMs: number; readonly drainMs: number; readonly isInTime: boolean }> {
    clearTimeout(this.timer);
    const before = this.process;
    const beganAt = performance.now();
    const next = await this.startBeside(before);
    clearTimeout(this.timer);
    const readyAt = performance.now();
    this.follow(next).catch((error: unknown) => this.missed(error, next));
    const isInTime = (await before?.stop(this.options.drainMs)) ?? true;
    return { readyMs: readyAt - beganAt, drainMs: performance.now() - readyAt, isInTime };
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    const isInTime = await this.process?.stop(this.options.drainMs);
    if (isInTime === false) this.options.say(this.place.name, 'did not end in time and was killed');
  }

  kill(): void {
    this.isStopping = true;
    clearTimeout(this.timer);
    this.process?.kill();
  }

  /** Should the first one die meanwhile, the second one is what starts in its place. @throws StartError */
  private async startBeside(before: MemberProcess | undefined): Promise<MemberProcess> {
    this.isReplacing = true;
    let next: MemberProcess | undefined;
    try {
      next = await this.options.spawn(this.place, ++this.generation);
      await next.ready();
      return next;
    } catch (error) {
      next?.kill();
      if (before?.isRunning !== true) this.startLater('does not run');
      throw error;
    } finally {
      this.isReplacing = false;
    }
  }

  private async follow(process: MemberProcess): Promise<void> {
    this.process = process;
    if (this.isStopping) process.kill();
    void process.ended.then((how) => this.ended(process, how));
    await process.ready();
    this.readySinceMs = performance.now();
  }

  /** Whoever was replaced, or is being stopped, was meant to end; whoever never was ready is told of where it is waited for. */
  private ended(process: MemberProcess, how: string): void {
    if (this.isStopping || this.isReplacing || process !== this.process || this.readySinceMs === Infinity) return;
    if (performance.now() - this.readySinceMs >= restartLimits.steadyMs) this.backOffMs = restartLimits.backOffMsMin;
    this.startLater(how);
  }

  private startLater(why: string): void {
    if (this.isStopping) return;
    const { backOffMs } = this;
    this.readySinceMs = Infinity;
    this.backOffMs = Math.min(backOffMs * 2, restartLimits.backOffMsMax);
    this.options.say(this.place.name, `${why}; it starts again in ${backOffMs / 1_000} s`);
    this.timer = setTimeout(() => void this.startAgain(), backOffMs);
  }

  private async startAgain(): Promise<void> {
    const beganAt = performance.now();
    let process: MemberProcess | undefined;
    try {
      process = await this.options.spawn(this.place, this.generation);
      await this.follow(process);
      this.options.say(this.place.name, `is ready again after ${Math.round(performance.now() - beganAt)} ms`);
    } catch (error) {
      this.missed(error, process);
    }
  }

  /** One that was replaced before it was ready is missed by nobody. */
  private missed(error: unknown, process: MemberProcess | undefined): void {
    process?.kill();
    if (process !== undefined && process !== this.process) return;
    this.startLater(`does not start: ${reasonOf(error)}`);
  }
}
