import type { FaultClass } from '../checker/history-event.ts';
import type { HistoryRecorder } from '../checker/history.ts';
import type { Promised } from './actors/device.ts';
import type { Cast } from './cast.ts';
import type { Deployment } from './deployment/deployment.ts';
import { partsWith } from './faults/parts-with.ts';
import type { Stage, Strike, Struck } from './faults/strike.ts';
import type { Random } from './random.ts';
import type { Phase } from './phases.ts';
import type { World } from './world.ts';

/** After a fault everybody is served again within this. [I12] */
const healsWithinMs = 30_000;

export interface StrikesParts {
  readonly deployment: Deployment;
  readonly world: World;
  readonly history: HistoryRecorder;
  readonly random: Random;
  readonly cast: Cast;
  /** Tells what is going on. */
  say(text: string): void;
}

/** One strike that was due, and what came of it. */
export interface StrikeResult {
  readonly class: FaultClass;
  readonly name: string;
  readonly hits: number;
  /** From its end until everybody it affected was served again. */
  readonly healMs?: number;
  /** Why it counts for nothing. */
  readonly failure?: string;
  /** Why it was not tried. */
  readonly notRun?: string;
}

/** Brings the strikes of a schedule about and takes down what came of them. */
export class Strikes {
  readonly #parts: StrikesParts;
  readonly results: StrikeResult[] = [];
  readonly promised: Promised[] = [];
  #count = 0;

  constructor(parts: StrikesParts) {
    this.#parts = parts;
  }

  async phase({ system, edges }: Phase): Promise<void> {
    await Promise.all([system, ...edges].map((lane) => this.#lane(lane)));
  }

  async #lane(strikes: readonly Strike[]): Promise<void> {
    for (const strike of strikes) this.results.push(await this.#strike(strike));
  }

  async #strike(strike: Strike): Promise<StrikeResult> {
    const { deployment, history, say } = this.#parts;
    const base = { class: strike.class, name: strike.name };
    const notRun = deployment.whyNot(strike.class);
    if (notRun !== undefined) return { ...base, hits: 0, notRun };
    say(`${strike.class} ${strike.name}`);
    const fault = ++this.#count;
    history.record({ event: 'fault', fault, phase: 'begin', ...base });
    const struck = await strike.happen(this.#stage(fault)).catch((error: unknown) => error as Error);
    history.record({ event: 'fault', fault, phase: 'end', ...base });
    if (strike.lane === 'system') this.#requireRunning(strike, struck);
    if (struck instanceof Error) return { ...base, hits: 0, failure: struck.message };
    const healMs = await this.#healed(struck);
    if (healMs === undefined) return { ...base, hits: struck.hits, failure: `not healed after ${healsWithinMs} ms` };
    history.record({ event: 'fault', fault, phase: 'healed', ...base });
    return { ...base, hits: struck.hits, healMs, ...(struck.hits === 0 ? { failure: 'it did not happen' } : {}) };
  }

  /** @throws Error: nothing that comes after can be had. */
  #requireRunning({ class: name, name: what }: Strike, cause: unknown): void {
    const { deployment } = this.#parts;
    const gone = deployment.parts.find((part) => !deployment.isRunning(part));
    if (gone !== undefined) throw new Error(`The ${gone.name} does not run after ${name} ${what}.`, { cause });
  }

  /** @returns milliseconds; undefined: somebody is still not served. */
  async #healed({ affected }: Struck): Promise<number | undefined> {
    const beganAt = performance.now();
    const signal = AbortSignal.timeout(healsWithinMs);
    await Promise.all(affected.map((device) => device.served(signal)));
    return signal.aborted ? undefined : Math.round(performance.now() - beganAt);
  }

  #stage(fault: number): Stage {
    const { deployment, world, history, cast } = this.#parts;
    const random = this.#parts.random.stream(`strike ${fault}`);
    const from = history.history().events.length;
    return {
      deployment,
      part: (...roles) => random.pick(partsWith(deployment, roles)),
      world,
      history,
      devices: cast.devices,
      random,
      device: (name) => cast.device(name),
      promised: (message) => this.promised.push(message),
      since: () => history.history().events.slice(from),
    };
  }
}
