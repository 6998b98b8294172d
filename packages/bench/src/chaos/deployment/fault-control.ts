import type { FaultPoint } from '@parley/server/src/faults/fault-points.ts';

export interface Armed {
  readonly point: FaultPoint;
  readonly action: 'kill' | 'stall' | 'fail';
  readonly stallMs?: number;
  /** Lets so many pass first. */
  readonly skip?: number;
  readonly times?: number;
}

export interface PointCounts {
  /** How often the step was reached, and how often something was done to it. */
  readonly hits: number;
  readonly fired: number;
}

const deadlineMs = 5_000;

/** The server's own fault points, which it has under `PARLEY_FAULTS=on`. */
export class FaultControl {
  readonly #url: string;

  constructor(opsPort: number) {
    this.#url = `http://127.0.0.1:${opsPort}/faults`;
  }

  arm(armed: Armed): Promise<void> {
    return this.#post({ arm: armed });
  }

  clear(): Promise<void> {
    return this.#post({ clear: true });
  }

  setClock(clock: { readonly offsetMs: number; readonly isFrozen: boolean }): Promise<void> {
    return this.#post({ clock });
  }

  /** Doubles and shuffles what the queue hands over. */
  disorderQueue(isDisordered: boolean): Promise<void> {
    return this.#post({ queue: { isDisordered } });
  }

  /** Nothing else runs in the server for so long. */
  stallLoop(stallLoopMs: number): Promise<void> {
    return this.#post({ stallLoopMs });
  }

  async counts(): Promise<Readonly<Record<FaultPoint, PointCounts>>> {
    const answer = await fetch(this.#url, { signal: AbortSignal.timeout(deadlineMs) });
    const { points } = (await answer.json()) as { points: Record<FaultPoint, PointCounts> };
    return points;
  }

  async #post(body: object): Promise<void> {
    const answer = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (!answer.ok) throw new Error(`/faults answered ${answer.status}: ${await answer.text()}`);
  }
}
