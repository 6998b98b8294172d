import type { HistoryEvent } from './history-event.ts';

/** An invariant or a delivery rule that a history can break. */
export type RuleId = `I${number}` | `D${number}`;

/** What something is about, as far as it is about something. */
export interface Subject {
  readonly conversationId?: number | undefined;
  readonly seq?: number | undefined;
  readonly clientMsgId?: string | undefined;
  readonly device?: string | undefined;
  readonly fault?: number | undefined;
}

export interface Violation {
  readonly rule: RuleId;
  /** A sentence for people. */
  readonly says: string;
  /** What shows it, in order; empty where only the truth does. */
  readonly events: readonly HistoryEvent[];
  readonly about: Subject;
}
