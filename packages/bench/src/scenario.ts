import type { Reading } from './measure/meter.ts';

/** How much is measured: `quick` answers in seconds and is no figure to publish. */
export interface Scale {
  readonly isQuick: boolean;
  readonly rounds: number;
  /** Tells what is going on. */
  say(line: string): void;
}

/** One measured number, once per round. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** What performance.md asks for, as text: `≥ 6,000`. */
  readonly budget?: string;
  /** The generator used more than 70 % of its core, so the server may be better than that. */
  readonly isAtLeast?: boolean;
}

export interface Outcome {
  readonly figures: readonly Figure[];
  /** What was really run: sizes, rates, what stood beside it. */
  readonly workload: string;
}

/** One row of the table of benchmarks. A lost or doubled delivery makes `run` reject: that is no slow run, but a failed one. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  run(scale: Scale): Promise<Outcome>;
}

/** A figure of the generator's own load, which every scenario reports. */
export function generatorFigure(readings: readonly Reading[]): Figure {
  return { name: 'generator’s core used', unit: '%', values: readings.map((reading) => reading.generatorShare * 100) };
}
