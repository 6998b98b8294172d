import type { History, HistoryRecorder } from '../checker/history.ts';
import { totalMsOf, withStretches, type Stretch } from '../checker/with-stretches.ts';

const everyMs = 50;
/** Who is this late was kept from running; what that holds up is no fault of the server. */
const lateMs = 300;
const what = { class: 'F20', name: 'the machine was busy with something else' } as const;

/**
 * Notices when this process itself does not get to run, so that deadlines count only the time in which nothing was in their way. [I12]
 */
export class HeldUp implements Disposable {
  readonly #history: HistoryRecorder;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #stretches: Stretch[] = [];
  #lastMs: number;

  constructor(history: HistoryRecorder) {
    this.#history = history;
    this.#lastMs = history.nowMs();
    this.#timer = setInterval(() => this.#look(), everyMs);
  }

  get totalMs(): number {
    return totalMsOf(this.#stretches);
  }

  /** The history with those stretches among its faults. */
  into(history: History): History {
    return withStretches(history, this.#stretches, what);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const [fromMs, toMs] = [this.#lastMs, this.#history.nowMs()];
    this.#lastMs = toMs;
    if (toMs - fromMs > everyMs + lateMs) this.#stretches.push({ fromMs, toMs });
  }
}
