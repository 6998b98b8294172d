import type { Shape } from './shape.ts';

/** One frame of a client, as text with the names of what differs from run to run, and what it was answered. */
export interface RecordedStep {
  /** `$1` and the like stand for ids that earlier replies named. */
  readonly frame: string;
  /** Of the result. */
  readonly result: Shape;
  /** Fields of the result that later frames need, as `conversation.id`, by the name that stands for them. */
  readonly names?: Readonly<Record<string, string>>;
}

export interface Recording {
  readonly subprotocol: string;
  readonly steps: readonly RecordedStep[];
  /** Of the pushes that came, by name. */
  readonly pushes: Readonly<Record<string, Shape>>;
}
