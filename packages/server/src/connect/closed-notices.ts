import type { Log } from '../log.ts';
import type { NodeRef } from '../presence/presence.ts';
import type { ClosedConnection, Rpc } from '../rpc/rpc.ts';
import type { Session } from '../session.ts';
import type { Tick } from './tick.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';

export interface ClosedNoticesOptions {
  readonly rpc: Rpc;
  readonly node: NodeRef;
  readonly tick: Tick;
  readonly wheel: TimerWheel;
  readonly log: Log;
}

const retryMs = 1_000;
/** In one call. */
const batchMax = 2_000;
/** Beyond it the oldest are forgotten; their routes end with this node. */
const waitingMax = 100_000;

/** Tells `logic` which signed-in connections are gone: those of a tick together, again until it worked, so that nobody stays online for ever. [P2] */
export class ClosedNotices extends Timed {
  private readonly options: ClosedNoticesOptions;
  /** By their connections: whoever finds one again finds it here. */
  private readonly waiting = new Map<string, ClosedConnection>();
  private running: Promise<void> | undefined;

  constructor(options: ClosedNoticesOptions) {
    super();
    this.options = options;
  }

  add(connectionId: string, { userId, deviceId }: Pick<Session, 'userId' | 'deviceId'>): void {
    if (this.waiting.has(connectionId)) return;
    const { nodeId, bootId } = this.options.node;
    this.waiting.set(connectionId, { session: { userId, deviceId }, nodeId, bootId, connectionId });
    if (this.waiting.size > waitingMax) this.forget(this.first(1));
    this.options.tick.wake();
  }

  /** A phase of the tick. */
  flush(): void {
    if (this.waiting.size > 0 && this.next === undefined) this.running ??= this.run();
  }

  /** Resolves when no call is out. */
  async settled(): Promise<void> {
    await this.running;
  }

  override expire(): void {
    this.flush();
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0) {
      const batch = this.first(batchMax);
      try {
        await this.options.rpc.call('logic').closed(batch);
        this.forget(batch);
      } catch (error) {
        this.options.log.warn(
          { error, connections: batch.length },
          'Closed connections could not be told; trying again',
        );
        this.options.wheel.schedule(this, retryMs);
        break;
      }
    }
    this.running = undefined;
  }

  private first(count: number): readonly ClosedConnection[] {
    return this.waiting.values().take(count).toArray();
  }

  private forget(batch: readonly ClosedConnection[]): void {
    for (const { connectionId } of batch) this.waiting.delete(connectionId);
  }
}
