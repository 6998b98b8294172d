import { limits, ParleyError, type ParamsInput, type Result } from '@parley/protocol';
import type { CallOptions, Messages, MessagesState } from './contract.ts';
import type { Core } from './core.ts';
import { Derived } from './derived.ts';
import { MessageItems, type Marks } from './message-items.ts';
import { advance, emptySyncState, findRow, hasGap, isBehind, type SyncAction, type SyncState } from './sync-state.ts';
import type { UserCache } from './user-cache.ts';
import { waitFor } from './wait-for.ts';

/** A head or an ack may overtake its push; longer than this it does not. */
const graceMs = 1_000;
/** Further behind, the window is loaded anew instead of synced. */
const syncVersionsMax = 1_000;
const retryMs = 2_000;

type Where = Pick<ParamsInput<'message.history'>, 'before' | 'after' | 'around' | 'limit'>;

export interface WindowParts {
  readonly core: Core;
  readonly users: UserCache;
  readonly conversationId: number;
  /** Up to where others have and have read it. */
  marks(): Marks;
  /** It shows something again after it had failed: what is said of it has to be listened to anew. */
  revived(): void;
}

/** One conversation’s messages as shown: keeps a `SyncState` fed with what the server says and what one asks for. */
export class MessageWindow implements Messages {
  readonly #parts: WindowParts;
  readonly #live: Derived<MessagesState>;
  readonly getSnapshot: () => MessagesState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly #items = new MessageItems();
  #state: SyncState;
  #isOpen = false;
  #status: MessagesState['status'] = 'idle';
  #error: ParleyError | undefined;
  #older: Promise<void> | undefined;
  #newer: Promise<void> | undefined;
  #loading: Promise<void> | undefined;
  /** Raised when what is on its way is no longer wanted. */
  #generation = 0;
  #isSyncing = false;
  #cancelSync: (() => void) | undefined;
  /** Reading stopped here when it was opened; undefined: everything was read. */
  #lineAfterSeq: number | undefined;

  constructor(parts: WindowParts) {
    this.#parts = parts;
    this.#state = emptySyncState(parts.core.ownId());
    this.#live = new Derived(parts.core.environment, () => this.#compute());
    this.getSnapshot = this.#live.getSnapshot;
    this.subscribe = this.#live.subscribe;
  }

  get state(): SyncState {
    return this.#state;
  }

  dispatch(action: SyncAction): void {
    const before = this.#state;
    this.#state = advance(before, action);
    if (this.#state === before) return;
    this.#live.invalidate();
    this.#considerSync();
  }

  /** Whose messages are one's own became known. */
  setOwner(ownId: number): void {
    if (ownId !== this.#state.ownId) this.#set({ ...this.#state, ownId });
  }

  marksMoved(): void {
    this.#live.invalidate();
  }

  setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (isOpen && this.#status === 'idle') this.#setStatus('loading');
    if (isOpen) this.#considerSync();
  }

  /** Draws the line where reading stopped. */
  markUnread(readSeq: number): void {
    this.#lineAfterSeq = readSeq;
    this.#live.invalidate();
  }

  clearUnreadLine(): void {
    this.#lineAfterSeq = undefined;
    this.#live.invalidate();
  }

  /** Makes it current: loads what is not there, syncs what is, up to `version`. */
  async refresh(version: number | undefined): Promise<void> {
    if (!this.#state.isLoaded) return this.jumpToLatest();
    if (version !== undefined) this.dispatch({ type: 'head', version });
    await this.#sync();
    await this.#refreshHidden();
  }

  async reload(options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#reset();
    await this.jumpToLatest(options);
  }

  async jumpToLatest(options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (this.#state.isLoaded && !this.#state.hasNewer) return;
    await this.#waitFor((this.#loading ??= this.#loadLatest(options)), options);
  }

  async jumpTo(seq: number, options: CallOptions = {}): Promise<boolean> {
    options.signal?.throwIfAborted();
    if (findRow(this.#state, seq) === undefined) await this.#waitFor(this.#load({ around: seq }, options), options);
    return findRow(this.#state, seq) !== undefined && !this.#state.hidden.has(seq);
  }

  async loadOlder(options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    const before = this.#state.rows[0]?.seq ?? this.#state.end + 1;
    if (!this.#state.isLoaded || !this.#state.hasOlder) return;
    this.#older ??= this.#extend('older', { before }, options).finally(() => this.#loaded('older'));
    await this.#waitFor(this.#older, options);
  }

  async loadNewer(options: CallOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    if (!this.#state.isLoaded || !this.#state.hasNewer) return;
    const after = this.#state.end;
    this.#newer ??= this.#extend('newer', { after }, options).finally(() => this.#loaded('newer'));
    await this.#waitFor(this.#newer, options);
  }

  /** One may not look at it any more. */
  fail(error: ParleyError): void {
    this.#error = error;
    this.#reset();
    this.#setStatus('failed');
  }

  /** Gives its memory back; what waits to be sent is the outbox’s and comes again. */
  forget(): void {
    this.#cancelSync?.();
    this.#reset();
    this.#setStatus(this.#isOpen ? 'loading' : 'idle');
  }

  /** Forgets also what waits to be sent; the next account is not this one. */
  clear(): void {
    this.forget();
    this.#error = undefined;
    this.#lineAfterSeq = undefined;
    this.#set({ ...emptySyncState(0), epoch: this.#state.epoch });
  }

  #reset(): void {
    this.#generation++;
    this.#loading = undefined;
    this.#set(advance(this.#state, { type: 'reset' }));
  }

  #loaded(side: 'older' | 'newer'): void {
    if (side === 'older') this.#older = undefined;
    else this.#newer = undefined;
    this.#live.invalidate();
  }

  /** Others may wait for it as well: a signal ends the waiting only. */
  #waitFor(loading: Promise<void>, options: CallOptions): Promise<void> {
    return waitFor(this.#parts.core.environment, loading, options);
  }

  async #extend(mode: 'older' | 'newer', where: Where, options: CallOptions): Promise<void> {
    this.#live.invalidate();
    const page = await this.#history(where, options);
    this.dispatch({ type: 'page', mode, page });
  }

  #loadLatest(options: CallOptions): Promise<void> {
    const loading = this.#load({}, options).finally(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    return loading;
  }

  async #load(where: Where, options?: CallOptions): Promise<void> {
    const [generation, wasFailed] = [this.#generation, this.#status === 'failed'];
    if (!this.#state.isLoaded) this.#setStatus('loading');
    try {
      const page = await this.#history(where, options);
      if (generation !== this.#generation) return;
      this.#error = undefined;
      this.dispatch({ type: 'page', mode: 'replace', page });
      this.#setStatus('ready');
      if (wasFailed) this.#parts.revived();
    } catch (error) {
      if (generation === this.#generation) this.#loadFailed(error);
      throw error;
    }
  }

  #loadFailed(error: unknown): void {
    this.#error = error instanceof ParleyError ? error : new ParleyError('internal', undefined, { cause: error });
    if (!this.#state.isLoaded) this.#setStatus('failed');
  }

  async #history(where: Where, { timeoutMs }: CallOptions = {}): Promise<Result<'message.history'>> {
    const { core, users, conversationId } = this.#parts;
    const inTime = timeoutMs === undefined ? {} : { timeoutMs };
    const page = await core.request('message.history', { conversationId, ...where }, inTime);
    users.put(page.users);
    return page;
  }

  /** Pushes say what was hidden elsewhere; while away none came, and hiding raises no version. */
  async #refreshHidden(): Promise<void> {
    const first = Math.max(this.#state.rows[0]?.seq ?? 1, this.#state.end - limits.pageMax + 1);
    const page = await this.#history({ after: first - 1, limit: limits.pageMax });
    this.dispatch({ type: 'page', mode: 'newer', page });
  }

  /** A gap is filled at once; a mere head is given the time its push may take. [D4, D7] */
  #considerSync(): void {
    if (!this.#isOpen || this.#isSyncing || !isBehind(this.#state)) return;
    if (hasGap(this.#state)) return void this.#sync();
    this.#cancelSync ??= this.#parts.core.environment.after(graceMs, () => void this.#sync());
  }

  async #sync(): Promise<void> {
    this.#cancelSync?.();
    this.#cancelSync = undefined;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    try {
      while (isBehind(this.#state)) await this.#syncOnce();
    } catch (error) {
      this.#syncFailed(error);
    } finally {
      this.#isSyncing = false;
    }
  }

  async #syncOnce(): Promise<void> {
    const { core, users, conversationId } = this.#parts;
    const { version, head, hasNewer, rows } = this.#state;
    if (head - version > syncVersionsMax) {
      const middle = rows[rows.length >> 1]?.seq;
      return this.#load(hasNewer && middle !== undefined ? { around: middle } : {});
    }
    const page = await core.request('message.sync', { conversationId, after: version });
    users.put(page.users);
    this.dispatch({ type: 'synced', after: version, page });
  }

  #syncFailed(error: unknown): void {
    if (error instanceof ParleyError && !error.retryable) return this.fail(error);
    // Offline: coming back online refreshes it.
    if (this.#parts.core.isOnline())
      this.#cancelSync ??= this.#parts.core.environment.after(retryMs, () => void this.#sync());
  }

  #set(state: SyncState): void {
    this.#state = state;
    this.#live.invalidate();
  }

  #setStatus(status: MessagesState['status']): void {
    this.#status = status;
    this.#live.invalidate();
  }

  #compute(): MessagesState {
    const { hasOlder, hasNewer, epoch } = this.#state;
    const firstUnreadSeq = this.#firstUnreadSeq();
    return {
      status: this.#status,
      ...(this.#status === 'failed' && this.#error !== undefined ? { error: this.#error } : {}),
      items: this.#items.of(this.#state, this.#parts.conversationId, this.#parts.marks()),
      hasOlder,
      hasNewer,
      isLoadingOlder: this.#older !== undefined,
      isLoadingNewer: this.#newer !== undefined,
      ...(firstUnreadSeq === undefined ? {} : { firstUnreadSeq }),
      epoch,
    };
  }

  #firstUnreadSeq(): number | undefined {
    const after = this.#lineAfterSeq;
    if (after === undefined) return undefined;
    const { rows, ownId, hidden } = this.#state;
    const first = rows[0]?.seq ?? 0;
    if (first > after + 1) return after + 1;
    return rows.find((row) => row.seq > after && row.senderId !== ownId && !hidden.has(row.seq))?.seq;
  }
}
