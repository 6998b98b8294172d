import type { ConversationHandle } from '@parley/sdk';
import type { MessageWindow } from '@parley/sdk/src/message-window.ts';
import { isBehind, type SyncAction, type SyncState } from '@parley/sdk/src/sync-state.ts';
import type { AppliedEvent, Happening } from '../../checker/history-event.ts';
import type { HistoryRecorder } from '../../checker/history.ts';
import type { ViewTruth } from '../../checker/truth.ts';

export interface WatchOptions {
  readonly device: string;
  readonly userId: number;
  readonly history: HistoryRecorder;
  readonly handle: ConversationHandle;
  /** The same conversation's watch when the device was open last. */
  readonly before: WindowWatch | undefined;
  /** The number of the next view the device shows. */
  nextView(): number;
}

const nowhere = { deliveredSeq: 0, readSeq: 0 };

/** Takes down what the SDK's window of a conversation applies and shows, while it is open on screen. */
export class WindowWatch {
  readonly #options: WatchOptions;
  readonly #window: MessageWindow;
  #view: number;
  /** Up to where the server has said that the user has read. */
  #knownRead = 0;
  /** Up to where the device shows it as read. */
  #shownRead = 0;
  /** Where the user stood last, in this session of the device or an earlier one. */
  held: { readonly deliveredSeq: number; readonly readSeq: number };
  #epoch = 0;
  #shownTo = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#window = options.handle.messages as MessageWindow;
    this.#view = options.nextView();
    this.held = options.before?.held ?? nowhere;
  }

  /** Opens it. */
  begin(): void {
    const dispatch = this.#window.dispatch.bind(this.#window);
    this.#window.dispatch = (action) => {
      const before = this.#window.state;
      dispatch(action);
      this.#advanced(action, before, this.#window.state);
    };
    this.#options.handle.view.subscribe(() => this.#cursor());
    this.#options.handle.open();
  }

  /** What is missing from it or waits to be sent; undefined: nothing. */
  unrest(): string | undefined {
    const { state } = this.#window;
    const { status } = this.#window.getSnapshot();
    const what = `conversation ${this.#options.handle.id}`;
    const waiting = state.pending.filter((pending) => pending.state !== 'failed').length;
    if (waiting > 0) return `${waiting} messages to send to ${what}`;
    if (this.#shownRead > this.#knownRead) return `a cursor to send to ${what}`;
    if (status === 'failed') return undefined;
    return state.isLoaded && !isBehind(state)
      ? undefined
      : `${what} is ${status}, at version ${state.version} of ${state.head}`;
  }

  heardRead(readSeq: number): void {
    this.#knownRead = Math.max(this.#knownRead, readSeq);
  }

  /** Nothing when it is not shown: no longer a member. */
  truth(): readonly ViewTruth[] {
    const { state } = this.#window;
    if (!state.isLoaded) return [];
    const readSeq = this.#options.handle.view.getSnapshot()?.readSeq;
    return [
      {
        conversationId: this.#options.handle.id,
        version: state.version,
        items: state.rows,
        hasOlder: state.hasOlder,
        ...(readSeq === undefined ? {} : { readSeq }),
      },
    ];
  }

  #advanced(action: SyncAction, before: SyncState, after: SyncState): void {
    if (after === before || !after.isLoaded) return;
    if (after.version !== before.version) this.#applied(action, before, after);
    if (after.epoch !== this.#epoch) this.#beganAnew(after);
    for (const row of after.rows) {
      if (row.seq <= this.#shownTo) continue;
      this.#shownTo = row.seq;
      this.#record({ event: 'displayed', device: this.#options.device, view: this.#view, message: row });
    }
  }

  #beganAnew({ epoch, rows, end }: SyncState): void {
    this.#epoch = epoch;
    this.#view = this.#options.nextView();
    this.#shownTo = (rows[0]?.seq ?? end + 1) - 1;
  }

  #applied(action: SyncAction, before: SyncState, after: SyncState): void {
    const by = action.type === 'push' ? 'push' : action.type === 'synced' ? 'sync' : 'load';
    if (by === 'push' && isStepwise(action, before, after)) {
      for (let version = before.version; version < after.version; version++) this.#step(by, version, version + 1);
    } else this.#step(by, before.version, after.version);
  }

  #step(by: AppliedEvent['by'], from: number, to: number): void {
    const { device, handle } = this.#options;
    this.#record({ event: 'applied', device, conversationId: handle.id, by, from, to });
  }

  #cursor(): void {
    const held = this.#options.handle.view.getSnapshot();
    const membership = held?.conversation.membership;
    if (membership === undefined) return;
    const { device, handle, userId } = this.#options;
    const { deliveredSeq, readSeq } = membership;
    this.#shownRead = readSeq;
    const last = this.#options.before?.held ?? nowhere;
    // A program that is closed may take with it what it had not said yet; from where it was before, it only grows.
    if (deliveredSeq < last.deliveredSeq || readSeq < last.readSeq) return;
    this.held = { deliveredSeq, readSeq };
    this.#record({ event: 'cursor', device, conversationId: handle.id, userId, by: 'held', deliveredSeq, readSeq });
  }

  #record(happening: Happening): void {
    this.#options.history.record(happening);
  }
}

/** Each version on the way was pushed: this one, or one that waited behind a gap. */
function isStepwise(action: SyncAction, before: SyncState, after: SyncState): boolean {
  if (action.type !== 'push') return false;
  const pushed = action.change.push === 'message.changed' ? action.change.message.version : action.change.version;
  for (let version = before.version + 1; version <= after.version; version++)
    if (version !== pushed && !before.buffered.has(version)) return false;
  return true;
}
