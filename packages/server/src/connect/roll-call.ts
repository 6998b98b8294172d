import type { NodeRef, Presence } from '../presence/presence.ts';
import type { ClosedNotices } from './closed-notices.ts';
import type { Connections } from './connections.ts';

export interface RollCallOptions {
  readonly presence: Presence;
  readonly node: NodeRef;
  readonly connections: Connections;
  readonly notices: ClosedNotices;
}

/** After a doubt it is taken so often in a row: what was said may still lie somewhere and be heard later. */
const timesAfterDoubt = 3;
/** Without one it is taken this seldom. */
const everyBeats = 12;

/**
 * Compares what `presence` holds of this node with the connections there are. A sign-in whose answer was lost has made its route, and
 * so may one that failed, or a word that lay at an engine that stood still; no connection ever tells their end. Names of
 * connections are used once, so who is not here now has gone for good. [P2, I14]
 */
export class RollCall {
  private readonly options: RollCallOptions;
  private doubts = 0;
  private beats = 0;

  constructor(options: RollCallOptions) {
    this.options = options;
  }

  /** A route may be there of which no connection knows. */
  doubt(): void {
    this.doubts = timesAfterDoubt;
  }

  /** With each beat. @throws ParleyError what presence throws */
  async beat(): Promise<void> {
    this.beats++;
    if (this.doubts === 0 && this.beats < everyBeats) return;
    this.beats = 0;
    await this.take();
    this.doubts = Math.max(0, this.doubts - 1);
  }

  private async take(): Promise<void> {
    const { presence, node, connections, notices } = this.options;
    let from: string | undefined;
    do {
      const { routes, next } = await presence.routesAt(node, from);
      for (const route of routes)
        if (connections.find(route.connectionId) === undefined) notices.add(route.connectionId, route);
      from = next;
    } while (from !== undefined);
  }
}
