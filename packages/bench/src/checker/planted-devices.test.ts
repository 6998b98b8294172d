import type { Message } from '@parley/protocol';
import type { EventOf, HistoryEvent } from './history-event.ts';
import type { FinishedRun } from './model/model-run.ts';
import { idle } from './model/model-system.ts';
import { andThen, insteadOf, withEvents, withView } from './model/plant.ts';
import { ann, found, lastEdit, lastEvent, plant, room, truthOf } from './model/planting-ground.ts';

plant('I8 a page that leaves out what was acked', (run) => withoutOneItem(run, 'history'));

plant('I8 a sync that leaves out what it claims to cover', (run) => withoutOneItem(run, 'sync'));

plant('I8 a head that is behind what was acked', (run) => {
  const page = lastEvent(run, 'page', ({ conversationId }) => conversationId === room);
  return andThen(run, { ...page, items: [], head: { seq: 0, version: 0 }, nextAfter: 0, invokedAtMs: page.atMs });
});

plant('I8 a page with a message as it was before an acked edit', (run) => {
  const { change, before } = lastEdit(run);
  const page = lastEvent(run, 'page', (event) => event.conversationId === room && event.via === 'history');
  const acked: HistoryEvent = {
    event: 'changed',
    attempt: change.attempt,
    version: before.version + 1,
    atMs: change.atMs + 0.5,
  };
  const sure = withEvents(run, (events) =>
    events.flatMap((event) =>
      event === change ? [event, acked] : 'attempt' in event && event.attempt === change.attempt ? [] : [event],
    ),
  );
  const items = page.items.map((item) => (item.seq === change.seq ? before : item));
  return insteadOf(sure, page, { ...page, items });
});

plant('I9 a view without the last message', (run) =>
  withView(run, ann, ({ items }) => ({ items: items.slice(0, -1) })),
);

plant('I9 a view that shows a message twice', (run) =>
  withView(run, ann, ({ items }) => ({ items: [...items, ...items.slice(-1)] })),
);

plant('I9 a view in another order', (run) => withView(run, ann, ({ items }) => ({ items: items.toReversed() })));

plant('I9 a view that is behind the head', (run) =>
  withView(run, ann, ({ version = 0 }) => ({ version: version - 1 })),
);

plant('I9 a message displayed twice', (run) => andThen(run, lastEvent(run, 'displayed')));

plant('I11 a cursor that goes back on a device', (run) => andThen(run, { ...lastCursor(run, 'held'), readSeq: 0 }));

plant('I11 a cursor answered further back', (run) => {
  const answered = lastCursor(run, 'answered');
  return andThen(run, { ...answered, readSeq: 0, invokedAtMs: answered.atMs + 1 });
});

plant('I11 a cursor beyond the conversation', (run) =>
  andThen(run, { ...lastCursor(run, 'held'), by: 'pushed', readSeq: 1_000_000 }),
);

plant('I15 a view with a message as it was before its edit', (run) => {
  const { change, before } = lastEdit(run);
  return withView(run, ann, ({ items }) => ({
    items: items.map((item) => (item.seq === change.seq ? before : item)),
  }));
});

plant('D4 a push applied that was not the next', (run) => {
  const { version } = truthOf(run, room).head;
  return andThen(run, { event: 'applied', ...ann, by: 'push', from: version, to: version + 2 });
});

plant('D4 a change applied twice', (run) =>
  andThen(
    run,
    lastEvent(run, 'applied', ({ by }) => by === 'push'),
  ),
);

plant('D16 a device that does not know what was read on another', (run) => withView(run, ann, () => ({ readSeq: 0 })));

plant('D16 a session that was ended and keeps its socket', (run) => {
  const lost = lastEvent(run, 'lost');
  const open = withEvents(run, (events) => events.filter((event) => event !== lost));
  return andThen(open, { event: 'gauges', gauges: idle }, 6_000);
});

function lastCursor(run: FinishedRun, by: 'held' | 'answered'): EventOf<'cursor'> {
  return lastEvent(
    run,
    'cursor',
    (event) => event.by === by && event.conversationId === room && event.device === ann.device,
  );
}

/** Of the newest page of its kind that shows a row as it is in the end. */
function withoutOneItem(run: FinishedRun, via: 'history' | 'sync'): FinishedRun {
  const { stored } = truthOf(run, room);
  const isFinal = (item: Message): boolean => stored[item.seq - 1]?.version === item.version;
  const page = lastEvent(
    run,
    'page',
    (event) => event.conversationId === room && event.via === via && event.items.some(isFinal),
  );
  const left = found(page.items.findLast(isFinal));
  return insteadOf(run, page, { ...page, items: page.items.filter((item) => item !== left) });
}
