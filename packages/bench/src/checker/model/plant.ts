import type { Message } from '@parley/protocol';
import type { Happening, HistoryEvent, Shown } from '../history-event.ts';
import type { ConversationTruth, ViewTruth } from '../truth.ts';
import type { FinishedRun } from './model-run.ts';

/** Changes one thing of a correct run, so that it is no longer one. */
export type Planting = (run: FinishedRun) => FinishedRun;

export function withEvents(
  run: FinishedRun,
  change: (events: readonly HistoryEvent[]) => readonly HistoryEvent[],
): FinishedRun {
  return { ...run, history: { ...run.history, events: change(run.history.events) } };
}

/** Replaces one event by others. */
export function insteadOf(run: FinishedRun, event: HistoryEvent, ...others: readonly HistoryEvent[]): FinishedRun {
  return withEvents(run, (events) => events.flatMap((one) => (one === event ? others : [one])));
}

/** Goes on with more events, `afterMs` after the last. */
export function andThen(run: FinishedRun, happening: Happening, afterMs = 1): FinishedRun {
  return withEvents(run, (events) => [...events, { ...happening, atMs: (events.at(-1)?.atMs ?? 0) + afterMs }]);
}

export function withConversation(
  run: FinishedRun,
  conversationId: number,
  change: (truth: ConversationTruth) => Partial<ConversationTruth>,
): FinishedRun {
  const conversations = run.truth.conversations.map((one) =>
    one.conversationId === conversationId ? { ...one, ...change(one) } : one,
  );
  return { ...run, truth: { ...run.truth, conversations } };
}

export interface ViewName {
  readonly device: string;
  readonly conversationId: number;
}

export function withView(
  run: FinishedRun,
  name: ViewName,
  change: (view: ViewTruth) => Partial<ViewTruth>,
): FinishedRun {
  const devices = run.truth.devices.map((one) =>
    one.device !== name.device
      ? one
      : {
          ...one,
          views: one.views.map((view) =>
            view.conversationId === name.conversationId ? { ...view, ...change(view) } : view,
          ),
        },
  );
  return { ...run, truth: { ...run.truth, devices } };
}

/** Changes each state of messages wherever it turns up: in pushes, pages, on screens, in the database, in reads after the run. */
export function withMessages<Of extends Shown>(run: FinishedRun, change: (message: Of) => Of | undefined): FinishedRun {
  const list = <One extends Shown>(items: readonly One[]): One[] =>
    items.flatMap((item) => (change(item as unknown as Of) as unknown as One | undefined) ?? []);
  const conversations = run.truth.conversations.map((one) => ({
    ...one,
    stored: list(one.stored),
    fetched: one.fetched.map((fetched) => ({ ...fetched, items: list(fetched.items) })),
  }));
  const devices = run.truth.devices.map((one) => ({
    ...one,
    views: one.views.map((view) => ({ ...view, items: list(view.items) })),
  }));
  const changed = withEvents(run, (events) => events.map((event) => withMessagesOf(event, list)));
  return { ...changed, truth: { ...run.truth, conversations, devices } };
}

function withMessagesOf(event: HistoryEvent, list: <One extends Shown>(items: readonly One[]) => One[]): HistoryEvent {
  if (event.event === 'page') return { ...event, items: list(event.items) };
  if (event.event === 'displayed') return { ...event, message: list([event.message])[0] ?? event.message };
  if (event.event !== 'pushed' || event.push.push !== 'message.changed') return event;
  const [message = event.push.message] = list<Message>([event.push.message]);
  return { ...event, push: { push: 'message.changed', message } };
}
