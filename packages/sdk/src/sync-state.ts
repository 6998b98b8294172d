import type { Ack, Change, Message, ParleyError, Result, SendableContent } from '@parley/protocol';

/** A message of one's own that is not yet part of the log as far as this device knows. */
export interface Pending {
  readonly clientMsgId: string;
  readonly content: SendableContent;
  readonly replyTo?: number;
  readonly createdAt: number;
  readonly state: 'sending' | 'sent' | 'failed';
  readonly error?: ParleyError;
  readonly ack?: Ack;
}

/**
 * What one device holds of one conversation: a window of its log without holes, and the version up to which every
 * change of its messages is in. A pure value; `advance` makes the next one. Title, topic and the like are the
 * conversation list's. [D4, D5, D6]
 */
export interface SyncState {
  readonly ownId: number;
  readonly isLoaded: boolean;
  /** Consecutive seqs, ascending. */
  readonly rows: readonly Message[];
  /** The last seq the window covers; the last row's, or where an empty window stands. */
  readonly end: number;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  /** Rows beyond `end` that came before those in between; a sync comes in the order of versions. */
  readonly ahead: ReadonlyMap<number, Message>;
  /** Every change up to here is in. */
  readonly version: number;
  /** The highest version heard of. Behind it: sync. */
  readonly head: number;
  /** Pushes behind a gap, by version. */
  readonly buffered: ReadonlyMap<number, Change>;
  readonly hidden: ReadonlySet<number>;
  /** Nothing below may be read (any more): removed by retention, or from before one joined again. [D8, D13] */
  readonly minSeq: number;
  readonly pending: readonly Pending[];
  /** Raised when the window was replaced as a whole. */
  readonly epoch: number;
}

export type HistoryPage = Pick<
  Result<'message.history'>,
  'items' | 'hiddenSeqs' | 'hasOlder' | 'hasNewer' | 'version' | 'seq' | 'minSeq'
>;
export type SyncPage = Pick<Result<'message.sync'>, 'items' | 'hiddenSeqs' | 'nextAfter' | 'version' | 'minSeq'>;

export type SyncAction =
  | { readonly type: 'push'; readonly change: Change }
  /** `after` is what was asked for. */
  | { readonly type: 'synced'; readonly after: number; readonly page: SyncPage }
  /** `replace` forgets the window; `older` and `newer` join the page to it where they touch. */
  | { readonly type: 'page'; readonly mode: 'replace' | 'older' | 'newer'; readonly page: HistoryPage }
  | { readonly type: 'head'; readonly version: number }
  | { readonly type: 'hidden'; readonly seq: number }
  | { readonly type: 'queued'; readonly pending: Pending }
  | { readonly type: 'acked'; readonly clientMsgId: string; readonly ack: Ack }
  | { readonly type: 'refused'; readonly clientMsgId: string; readonly error: ParleyError }
  | { readonly type: 'discarded'; readonly clientMsgId: string }
  /** The server says that nothing held is worth keeping; what waits to be sent is. */
  | { readonly type: 'reset' };

export const windowRowsMax = 2_000;
/** Pushes kept behind one gap; later ones are left to the sync. */
export const bufferedMax = 500;
export const hiddenMax = 10_000;
/** Stored messages of one's own shown before the log was loaded. */
export const echoesMax = 100;

export function emptySyncState(ownId: number): SyncState {
  return {
    ownId,
    isLoaded: false,
    rows: [],
    end: 0,
    hasOlder: false,
    hasNewer: false,
    ahead: new Map(),
    version: 0,
    head: 0,
    buffered: new Map(),
    hidden: new Set(),
    minSeq: 1,
    pending: [],
    epoch: 0,
  };
}

/** Whether a change is missing: ask for what came after `version`. */
export function isBehind(state: SyncState): boolean {
  return state.isLoaded && state.version < state.head;
}

/** A push came that does not follow: something before it was lost, not merely late. */
export function hasGap(state: SyncState): boolean {
  return state.isLoaded && state.buffered.size > 0;
}

export function findRow(state: SyncState, seq: number): Message | undefined {
  const first = state.rows[0];
  return first === undefined ? undefined : state.rows[seq - first.seq];
}

export function advance(state: SyncState, action: SyncAction): SyncState {
  switch (action.type) {
    case 'push':
      return push(state, action.change);
    case 'synced':
      return synced(state, action.after, action.page);
    case 'page':
      return withMinSeq(
        action.mode === 'replace' ? replaceWindow(state, action.page) : extendWindow(state, action),
        action.page.minSeq,
      );
    case 'head':
      return action.version > state.head ? { ...state, head: action.version } : state;
    case 'hidden':
      return withHidden(state, [action.seq]);
    case 'queued':
      return queued(state, action.pending);
    case 'acked':
      return acked(state, action.clientMsgId, action.ack);
    case 'refused':
      return mapPending(state, action.clientMsgId, (pending) => ({ ...pending, state: 'failed', error: action.error }));
    case 'discarded':
      return withoutPending(state, (pending) => pending.clientMsgId === action.clientMsgId);
    case 'reset':
      return reset(state);
  }
}

/** What is stored comes again with the log; what is not has no other place. */
function reset({ ownId, hidden, pending, epoch }: SyncState): SyncState {
  const waiting = pending.filter(({ ack }) => ack === undefined);
  return { ...emptySyncState(ownId), hidden, pending: waiting, epoch: epoch + 1 };
}

function versionOf(change: Change): number {
  return change.push === 'message.changed' ? change.message.version : change.version;
}

/** A change is applied iff it is the next one; older ones are known, newer ones wait for those between. [D4] */
function push(state: SyncState, change: Change): SyncState {
  const version = versionOf(change);
  if (version <= state.version) return state;
  const known = version > state.head ? { ...state, head: version } : state;
  // The page that is on its way may be older.
  if (!state.isLoaded) return known;
  if (version === state.version + 1) return drained(applied(known, change));
  if (known.buffered.size >= bufferedMax || known.buffered.has(version)) return known;
  return { ...known, buffered: new Map(known.buffered).set(version, change) };
}

function applied(state: SyncState, change: Change): SyncState {
  const version = versionOf(change);
  return { ...(change.push === 'message.changed' ? withRows(state, [change.message]) : state), version };
}

/** Takes from the buffer what now follows, and forgets what the version has passed. */
function drained(state: SyncState): SyncState {
  let next = state;
  for (
    let change = next.buffered.get(next.version + 1);
    change !== undefined;
    change = next.buffered.get(next.version + 1)
  ) {
    next = applied(next, change);
  }
  if (next.buffered.size > 0)
    next = { ...next, buffered: new Map([...next.buffered].filter(([version]) => version > next.version)) };
  return withoutPending(next, (pending) => pending.ack !== undefined && pending.ack.version <= next.version);
}

function synced(state: SyncState, after: number, page: SyncPage): SyncState {
  if (!state.isLoaded) return state;
  let next = withRows(withHidden(state, page.hiddenSeqs), page.items);
  next = { ...next, head: Math.max(next.head, page.version) };
  // Asked from further on than where the window stands now: the rows are good, the version is not reached.
  if (after <= next.version) next = { ...next, version: Math.max(next.version, page.nextAfter) };
  return drained(withMinSeq(next, page.minSeq));
}

function replaceWindow(state: SyncState, page: HistoryPage): SyncState {
  const rows = page.items;
  const next: SyncState = {
    ...withHidden(state, page.hiddenSeqs),
    isLoaded: true,
    rows,
    end: rows.at(-1)?.seq ?? page.seq,
    hasOlder: page.hasOlder,
    hasNewer: page.hasNewer,
    ahead: new Map(),
    version: page.version,
    head: Math.max(state.head, page.version),
    epoch: state.epoch + 1,
  };
  return drained(withoutStored(next, rows));
}

function extendWindow(state: SyncState, { mode, page }: Extract<SyncAction, { type: 'page' }>): SyncState {
  const from = page.items[0]?.seq;
  const to = page.items.at(-1)?.seq;
  if (!state.isLoaded) return state;
  const first = state.rows[0]?.seq ?? state.end + 1;
  if (from === undefined || to === undefined)
    return mode === 'older' ? { ...state, hasOlder: first > page.minSeq } : endReached(state, page);
  if (to < first - 1 || from > state.end + 1) return state;
  const older = page.items.filter((row) => row.seq < first);
  // A window that follows the end gets what is newer as changes, and stays there.
  const newer = state.hasNewer ? page.items.filter((row) => row.seq > state.end) : [];
  let next: SyncState = { ...withHidden(state, page.hiddenSeqs), head: Math.max(state.head, page.version) };
  next = withRows(
    next,
    page.items.filter((row) => row.seq >= first && (row.seq <= state.end || !state.hasNewer)),
  );
  next = { ...next, rows: [...older, ...next.rows, ...newer], end: newer.at(-1)?.seq ?? next.end };
  if (older.length > 0) next = { ...next, hasOlder: page.hasOlder };
  if (newer.length > 0) next = { ...next, hasNewer: page.hasNewer };
  // The page is older than the window: what changed in between may concern its rows and was not kept. Ask again from there.
  if (older.length + newer.length > 0 && page.version < next.version) next = { ...next, version: page.version };
  return withoutStored(trimmed(next, older.length > 0 ? 'newest' : 'oldest'), page.items);
}

/** An empty page: nothing comes after the window, as of the page. */
function endReached(state: SyncState, page: HistoryPage): SyncState {
  const isAtEnd = !page.hasNewer && page.seq <= state.end;
  return isAtEnd
    ? {
        ...state,
        hasNewer: false,
        version: Math.min(state.version, page.version),
        head: Math.max(state.head, page.version),
      }
    : state;
}

/** Puts newer states of messages into the window; those outside of it are left to the page that will show them. */
function withRows(state: SyncState, incoming: readonly Message[]): SyncState {
  const rows = [...state.rows];
  const ahead = new Map(state.ahead);
  const first = rows[0]?.seq ?? state.end + 1;
  for (const row of incoming) {
    if (row.seq < first) continue;
    if (row.seq <= state.end) replaceIfNewer(rows, row.seq - first, row);
    else if (!state.hasNewer && (ahead.get(row.seq)?.version ?? 0) < row.version) ahead.set(row.seq, row);
  }
  return withoutStored(trimmed(joined({ ...state, rows, ahead }), 'oldest'), incoming);
}

/** What came before those in between follows, as soon as it does. */
function joined(state: SyncState): SyncState {
  if (!state.ahead.has(state.end + 1)) return state;
  const rows = [...state.rows];
  const ahead = new Map(state.ahead);
  let { end } = state;
  for (let row = ahead.get(end + 1); row !== undefined; row = ahead.get(end + 1)) {
    rows.push(row);
    ahead.delete(row.seq);
    end = row.seq;
  }
  return { ...state, rows, ahead, end };
}

function replaceIfNewer(rows: Message[], index: number, row: Message): void {
  const held = rows[index];
  if (held !== undefined && held.version < row.version) rows[index] = row;
}

/** Keeps memory bounded: the side one is not reading at gives way. */
function trimmed(state: SyncState, side: 'oldest' | 'newest'): SyncState {
  if (state.rows.length <= windowRowsMax) return state;
  if (side === 'oldest') return { ...state, rows: state.rows.slice(-windowRowsMax), hasOlder: true };
  const rows = state.rows.slice(0, windowRowsMax);
  return { ...state, rows, end: rows.at(-1)?.seq ?? state.end, hasNewer: true, ahead: new Map() };
}

/** A bound that only grows; what is below leaves the window, and an empty one stands no lower. */
function withMinSeq(state: SyncState, pageMinSeq: number): SyncState {
  if (!state.isLoaded) return state;
  const minSeq = Math.max(state.minSeq, pageMinSeq);
  const first = state.rows[0]?.seq ?? state.end + 1;
  if (first > minSeq) return { ...state, minSeq };
  if (first === minSeq) return { ...state, minSeq, hasOlder: false };
  const rows = state.rows.filter((row) => row.seq >= minSeq);
  return joined({ ...state, minSeq, rows, end: Math.max(state.end, minSeq - 1), hasOlder: false });
}

function withHidden(state: SyncState, seqs: readonly number[]): SyncState {
  if (seqs.every((seq) => state.hidden.has(seq))) return state;
  const hidden = [...state.hidden, ...seqs];
  return { ...state, hidden: new Set(hidden.slice(-hiddenMax)) };
}

function queued(state: SyncState, pending: Pending): SyncState {
  const isKnown = state.pending.some((other) => other.clientMsgId === pending.clientMsgId);
  if (isKnown) return mapPending(state, pending.clientMsgId, () => pending);
  return { ...state, pending: [...state.pending, pending] };
}

/**
 * The echo stays until the log shows the message: its content there is the truth, and may have been changed on the way.
 */
function acked(state: SyncState, clientMsgId: string, ack: Ack): SyncState {
  if (state.isLoaded && ack.version <= state.version)
    return withoutPending(state, (pending) => pending.clientMsgId === clientMsgId);
  const next = mapPending(state, clientMsgId, ({ error: _, ...pending }) => ({ ...pending, state: 'sent', ack }));
  return withoutOldestEcho({ ...next, head: Math.max(next.head, ack.version) });
}

/** In a window nobody opens the log never takes over. */
function withoutOldestEcho(state: SyncState): SyncState {
  const echoes = state.pending.filter(({ ack }) => ack !== undefined);
  if (state.isLoaded || echoes.length <= echoesMax) return state;
  return withoutPending(state, (pending) => pending === echoes[0]);
}

function mapPending(state: SyncState, clientMsgId: string, change: (pending: Pending) => Pending): SyncState {
  if (!state.pending.some((pending) => pending.clientMsgId === clientMsgId)) return state;
  return {
    ...state,
    pending: state.pending.map((pending) => (pending.clientMsgId === clientMsgId ? change(pending) : pending)),
  };
}

function withoutPending(state: SyncState, isGone: (pending: Pending) => boolean): SyncState {
  if (!state.pending.some(isGone)) return state;
  return { ...state, pending: state.pending.filter((pending) => !isGone(pending)) };
}

/** The stored message replaces its echo. [D5] */
function withoutStored(state: SyncState, rows: readonly Message[]): SyncState {
  if (state.pending.length === 0) return state;
  const stored = new Set(rows.filter((row) => row.senderId === state.ownId).map((row) => row.clientMsgId));
  return withoutPending(state, (pending) => stored.has(pending.clientMsgId));
}
