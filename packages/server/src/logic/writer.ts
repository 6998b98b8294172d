import type { Ack } from '@parley/protocol';
import type { CursorMove, CursorOutcome, NewMessage } from '../store/store.ts';

/**
 * The group-commit writer: takes everything that waits as one `store.commit`, then the next. A lone entry is not delayed,
 * and while one commit runs the next batch gathers. Bounded: beyond `waitingMax` entries `append` rejects with `busy`. [D1, D11]
 */
export interface Writer extends AsyncDisposable {
  /** @throws ParleyError the refusal of this message. */
  append(message: NewMessage): Promise<{ readonly ack: Ack; readonly isRepeat: boolean }>;
  moveCursor(move: CursorMove): Promise<CursorOutcome>;
}
