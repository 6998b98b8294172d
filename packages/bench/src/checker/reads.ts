import type { EventOf, HistoryEvent } from './history-event.ts';
import type { Judged, Run } from './run.ts';
import type { Subject, Violation } from './violation.ts';

/**
 * I8: a read that was asked for after an ack contains what was acked: its head is not before it, a history page leaves no row
 * out between its ends, a sync page none that it claims to cover, and a changed message is shown changed.
 */
export function reads(run: Run): Violation[] {
  const known = acknowledged(run);
  const violations: Violation[] = [];
  for (const event of run.history.events) {
    if (event.event === 'page') violations.push(...pageTroubles(run, known, event));
    else if (event.event === 'resumed')
      for (const head of event.heads) violations.push(...headTroubles(known, event, { ...head, head }));
  }
  return violations;
}

type Page = EventOf<'page'>;

/** What was acked of a conversation, as steps in time that only grow. */
interface Acknowledged {
  readonly seqs: Steps;
  readonly versions: Steps;
  /** By seq: in which version a change of it was acked. */
  readonly changes: ReadonlyMap<number, Steps>;
}

interface Mark {
  readonly atMs: number;
  readonly value: number;
  readonly event: HistoryEvent;
}

/** The highest value acked before a time. */
class Steps {
  private readonly marks: Mark[] = [];

  /** In the order of time. */
  add(mark: Mark): void {
    if (mark.value > (this.marks.at(-1)?.value ?? 0)) this.marks.push(mark);
  }

  before(atMs: number): Mark | undefined {
    let [low, high] = [0, this.marks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.marks[middle]?.atMs ?? Infinity) < atMs) low = middle + 1;
      else high = middle;
    }
    return this.marks[low - 1];
  }
}

function acknowledged(run: Run): Map<number, Acknowledged> {
  const known = new Map<number, { seqs: Steps; versions: Steps; changes: Map<number, Steps> }>();
  for (const event of run.history.events) {
    if (event.event !== 'acked' && event.event !== 'changed') continue;
    const invoked = run.attempts.get(event.attempt)?.invoked;
    if (invoked === undefined) continue;
    const { conversationId } = invoked;
    const one = known.get(conversationId) ?? { seqs: new Steps(), versions: new Steps(), changes: new Map() };
    known.set(conversationId, one);
    const { atMs } = event;
    if (event.event === 'acked') one.seqs.add({ atMs, value: event.ack.seq, event });
    const value = event.event === 'acked' ? event.ack.version : event.version;
    one.versions.add({ atMs, value, event });
    if (invoked.event !== 'change') continue;
    const steps = one.changes.get(invoked.seq) ?? new Steps();
    one.changes.set(invoked.seq, steps);
    steps.add({ atMs, value, event });
  }
  return known;
}

function* pageTroubles(run: Run, known: ReadonlyMap<number, Acknowledged>, page: Page): Generator<Violation> {
  yield* headTroubles(known, page, page);
  yield* staleItems(known, page);
  const judged = run.conversations.get(page.conversationId);
  if (judged === undefined) return;
  const missing =
    page.via === 'history'
      ? missingInHistory(judged, page)
      : page.via === 'sync'
        ? missingInSync(judged, page)
        : undefined;
  if (missing === undefined) return;
  yield violation(
    [page],
    `Device ${page.device} read a page of conversation ${page.conversationId} without message ${missing}.`,
    {
      conversationId: page.conversationId,
      device: page.device,
      seq: missing,
    },
  );
}

interface Headed {
  readonly conversationId: number;
  readonly head?: { readonly seq: number; readonly version: number };
}

function* headTroubles(
  known: ReadonlyMap<number, Acknowledged>,
  event: Page | EventOf<'resumed'>,
  { conversationId, head }: Headed,
): Generator<Violation> {
  const acked = known.get(conversationId);
  if (acked === undefined || head === undefined) return;
  const [seq, version] = [acked.seqs.before(event.invokedAtMs), acked.versions.before(event.invokedAtMs)];
  const late =
    seq !== undefined && seq.value > head.seq
      ? seq
      : version !== undefined && version.value > head.version
        ? version
        : undefined;
  if (late === undefined) return;
  const says = `Device ${event.device} was told that conversation ${conversationId} ends at message ${head.seq}, version ${head.version}, after more had been acked.`;
  yield violation([late.event, event], says, { conversationId, device: event.device });
}

function* staleItems(known: ReadonlyMap<number, Acknowledged>, page: Page): Generator<Violation> {
  const changes = page.via === 'search' ? undefined : known.get(page.conversationId)?.changes;
  if (changes === undefined || changes.size === 0) return;
  for (const { seq, version } of page.items) {
    const change = changes.get(seq)?.before(page.invokedAtMs);
    if (change === undefined || change.value <= version) continue;
    const { conversationId, device } = page;
    const says = `Device ${device} read message ${seq} of conversation ${conversationId} in version ${version} after version ${change.value} of it had been acked.`;
    yield violation([change.event, page], says, { conversationId, device, seq });
  }
}

/** Between its ends, and up to the head if it is the newest. */
function missingInHistory({ bySeq }: Judged, page: Page): number | undefined {
  const seqs = new Set(page.items.map((item) => item.seq));
  const first = page.items[0]?.seq;
  const last = page.isNewest === true ? page.head?.seq : page.items.at(-1)?.seq;
  if (last === undefined) return undefined;
  for (let seq = first ?? Math.max(last, page.minSeq ?? 1); seq <= last; seq++)
    if (bySeq.has(seq) && !seqs.has(seq)) return seq;
  return undefined;
}

/** What has not changed since must be there if its version is among those covered. */
function missingInSync(
  { byVersion }: Judged,
  { items, after = 0, nextAfter = 0, minSeq = 1 }: Page,
): number | undefined {
  const seqs = new Set(items.map((item) => item.seq));
  for (let version = after + 1; version <= nextAfter; version++) {
    const row = byVersion.get(version);
    if (row !== undefined && row.seq >= minSeq && !seqs.has(row.seq)) return row.seq;
  }
  return undefined;
}

function violation(events: readonly HistoryEvent[], says: string, about: Subject): Violation {
  return { rule: 'I8', says, events, about };
}
