import type { HistoryEvent } from '../checker/history-event.ts';
import type { History, HistoryRecorder } from '../checker/history.ts';

const everyMs = 50;
/** Who is this late was kept from running; what that holds up is no fault of the server. */
const lateMs = 300;
const what = { event: 'fault', class: 'F20', name: 'the machine was busy with something else' } as const;

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

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
    return this.#stretches.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  }

  /** The history with those stretches among its faults. */
  into(history: History): History {
    const events = [...history.events, ...this.#stretches.flatMap(faultOf)];
    return { ...history, events: events.toSorted((a, b) => a.atMs - b.atMs) };
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

/** Their numbers are below those of strikes. */
function faultOf({ fromMs, toMs }: Stretch, index: number): HistoryEvent[] {
  const fault = -1 - index;
  return [
    { ...what, fault, phase: 'begin', atMs: fromMs },
    { ...what, fault, phase: 'end', atMs: toMs },
    { ...what, fault, phase: 'healed', atMs: toMs },
  ];
}
