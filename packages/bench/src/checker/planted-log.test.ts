import { test, expect } from 'bun:test';
import * as fc from 'fast-check';
import type { HistoryEvent, Shown } from './history-event.ts';
import { steps, type FinishedRun } from './model/model-run.ts';
import { people } from './model/model-system.ts';
import { andThen, insteadOf, withConversation, withEvents, withMessages, withView } from './model/plant.ts';
import {
  ackOf,
  ann,
  fertileRun,
  group,
  lastOf,
  newAttempt,
  plant,
  pushed,
  room,
  rulesBroken,
  sendOf,
  text,
  truthOf,
  underWay,
} from './model/planting-ground.ts';

plant('I1 an acked message that is nowhere', (run) => {
  const last = lastOf(run, room);
  const without = withMessages(run, (message) => (isSame(message, last) ? undefined : message));
  return withConversation(without, room, ({ head }) => ({ head: { ...head, seq: head.seq - 1 } }));
});

plant('I1 an unanswered message that was seen and is gone', (run) => {
  const last = lastOf(run, room);
  const send = sendOf(run, last);
  const { fetched, stored, head } = truthOf(run, room);
  const acked = ackOf(run, send.attempt);
  const unknown: HistoryEvent = { event: 'unknown', attempt: send.attempt, atMs: acked.atMs };
  return withConversation(insteadOf(run, acked, unknown), room, () => ({
    stored: stored.slice(0, -1),
    fetched: fetched.map((one) => ({ ...one, items: one.items.filter((item) => !isSame(item, last)) })),
    head: { ...head, seq: head.seq - 1 },
  }));
});

plant('I1 a message that one member does not get when reading everything', (run) =>
  withConversation(run, room, ({ fetched }) => ({
    fetched: fetched.map((one) => (one.userId === people.ben ? { ...one, items: one.items.slice(0, -1) } : one)),
  })),
);

plant('I1 an acked edit that is not there', (run) => {
  const { seq } = lastOf(run, room);
  const edit = { event: 'change', attempt: newAttempt, ...ann, seq, kind: 'edit', content: text('better') } as const;
  const changed = { event: 'changed', attempt: newAttempt, version: truthOf(run, room).head.version + 1 } as const;
  return andThen(andThen(run, edit), changed);
});

plant('I2 a message nobody sent', (run) => {
  const last = lastOf(run, room);
  const ghost = { ...last, seq: last.seq + 1, id: '99999', clientMsgId: 'ghost', version: last.version + 1 };
  return andThen(run, pushed('ann/1', ghost));
});

plant('I2 a changed body', (run) => {
  const last = lastOf(run, room);
  return withMessages(run, (message) => (isSame(message, last) ? { ...message, content: text('forged') } : message));
});

plant('I2 a recall nobody made', (run) => {
  const last = lastOf(run, room);
  const content = { type: 'recalled', byUserId: people.ben } as const;
  return withMessages(run, (message) => (isSame(message, last) ? { ...message, content } : message));
});

plant('D1 a refused message that is stored', (run) => {
  const { attempt } = sendOf(run, lastOf(run, room));
  const acked = ackOf(run, attempt);
  return insteadOf(run, acked, { event: 'refused', attempt, code: 'busy', retryable: true, atMs: acked.atMs });
});

plant('D2 another body acked under the same key', (run) => {
  const send = sendOf(run, lastOf(run, room));
  const { ack } = ackOf(run, send.attempt);
  const again = andThen(run, { ...send, attempt: newAttempt, content: text('something else') });
  return andThen(again, { event: 'acked', attempt: newAttempt, ack });
});

plant('D2 a retry that gets another time in its ack', (run) => {
  const send = sendOf(run, lastOf(run, room));
  const { ack } = ackOf(run, send.attempt);
  const again = andThen(run, { ...send, attempt: newAttempt });
  return andThen(again, { event: 'acked', attempt: newAttempt, ack: { ...ack, createdAt: ack.createdAt + 1 } });
});

plant('D2 a conflict with nothing', (run) => {
  const send = { event: 'send', attempt: newAttempt, ...ann, clientMsgId: 'lonely', content: text('alone') } as const;
  return andThen(andThen(run, send), {
    event: 'refused',
    attempt: newAttempt,
    code: 'client-msg-id-conflict',
    retryable: false,
  });
});

plant('I3 a message stored twice', (run) => {
  const last = lastOf(run, room);
  const twin = { ...last, seq: last.seq + 1, id: '99999', version: last.version + 1 };
  const doubled = withConversation(run, room, ({ stored, fetched }) => ({
    stored: [...stored, twin],
    fetched: fetched.map((one) => ({ ...one, items: [...one.items, twin] })),
    head: { seq: twin.seq, version: twin.version },
  }));
  return run.truth.devices.reduce(
    (spoilt, { device }) =>
      withView(spoilt, { device, conversationId: room }, ({ items }) => ({
        items: [...items, twin],
        version: twin.version,
      })),
    doubled,
  );
});

plant('I3 a seq given out twice', (run) => {
  const last = lastOf(run, room);
  return andThen(run, pushed('ann/2', { ...last, seq: last.seq - 1 }));
});

plant('I3 an id given out twice', (run) => {
  const [last, other] = [lastOf(run, room), lastOf(run, group)];
  return andThen(run, pushed('ann/2', { ...last, id: other.id, version: last.version }));
});

plant('I4 a hole before the last message', (run) => {
  const last = lastOf(run, room);
  const up = (seq: number): number => (seq >= last.seq ? seq + 1 : seq);
  const moved = withMessages(run, (message) => (isSame(message, last) ? { ...message, seq: last.seq + 1 } : message));
  const renamed = withEvents(moved, (events) =>
    events.map((event) => {
      if (event.event === 'acked' && event.ack.id === last.id)
        return { ...event, ack: { ...event.ack, seq: up(event.ack.seq) } };
      if (event.event === 'page' && event.conversationId === room && event.head !== undefined)
        return { ...event, head: { ...event.head, seq: up(event.head.seq) } };
      if (event.event !== 'resumed') return event;
      const heads = event.heads.map((head) => (head.conversationId === room ? { ...head, seq: up(head.seq) } : head));
      return { ...event, heads };
    }),
  );
  return withConversation(renamed, room, ({ head }) => ({ head: { ...head, seq: head.seq + 1 } }));
});

plant('I4 a head beyond the last message', (run) =>
  withConversation(run, room, ({ head }) => ({ head: { ...head, seq: head.seq + 1 } })),
);

plant('D3 a message older than the one before it', (run) =>
  withConversation(run, room, ({ stored }) => ({
    stored: stored.map((row, index) => (index === stored.length - 1 ? { ...row, createdAt: 1 } : row)),
  })),
);

plant('I5 two contents in one version', (run) => {
  const last = lastOf(run, room);
  const content = text('both were written');
  const edit = { event: 'change', attempt: newAttempt, ...ann, seq: last.seq, kind: 'edit', content } as const;
  const unsure = andThen(andThen(run, edit), { event: 'unknown', attempt: newAttempt });
  return andThen(unsure, pushed('ann/1', { ...last, content }));
});

plant('I6 two messages of one device swapped', (run) => swapped(run));

plant('I6 two messages of one device swapped, of which the first has no answer in the end', (run) => {
  const { history } = run;
  const { attempt } = sendOf(run, underWay(run)[1]);
  const end = { event: 'unknown', attempt, atMs: history.events.at(-1)?.atMs ?? 0 } as const;
  const unanswered = insteadOf(run, ackOf(run, attempt));
  return withEvents(swapped(unanswered), (events) => [...events, end]);
});

test('I6 what was sent after one gave a message up may stand before it', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const run = fertileRun(steps);
      const { attempt } = sendOf(run, underWay(run)[1]);
      const left = swapped(insteadOf(run, ackOf(run, attempt)));
      const sent = sendOf(left, underWay(left)[1]);
      expect(rulesBroken(insteadOf(left, sent, sent, { event: 'unknown', attempt, atMs: sent.atMs }))).toEqual([]);
    }),
  );
});

/** The second of Ann's messages was sent first. */
function swapped(run: FinishedRun): FinishedRun {
  const [one, other] = underWay(run);
  const [first, second] = [sendOf(run, one), sendOf(run, other)];
  const before = insteadOf(run, first, { ...second, atMs: first.atMs });
  return insteadOf(before, second, { ...first, atMs: second.atMs });
}

plant('I7 an ack before a send that gets a smaller seq', (run) => {
  const [one, , other] = underWay(run);
  const [send, later] = [sendOf(run, one), sendOf(run, other)];
  const acked = ackOf(run, later.attempt);
  const without = withEvents(run, (events) => events.filter((event) => event !== acked && event !== later));
  return insteadOf(without, send, { ...later, atMs: send.atMs - 1 }, { ...acked, atMs: send.atMs - 0.5 }, send);
});

function isSame(a: Shown, b: Shown): boolean {
  return a.id === b.id;
}
