import type { Clock } from '../clock.ts';

/** Something a wheel can hold, at most once. The links belong to the wheel. */
export abstract class Timed {
  dueTick = 0;
  next: Timed | undefined;
  previous: Timed | undefined;

  /** Its time has come; it is no longer in the wheel. Must not throw. */
  abstract expire(nowMs: number): void;
}

/** Begins and ends a circle of entries. */
class Slot extends Timed {
  override next: Timed = this;
  override previous: Timed = this;

  expire(): void {}
}

export const wheelLimits = { tickMs: 100, slots: 1_024 } as const;

/**
 * All timers of a connect node: adding, moving and cancelling cost the same for one entry and for a million, and need no
 * closure and no timer of the runtime. An entry expires at the first `advance` after its time, never before.
 */
export class TimerWheel {
  private readonly clock: Clock;
  private readonly slots = Array.from({ length: wheelLimits.slots }, () => new Slot());
  private tick: number;
  private count = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.tick = Math.floor(clock.monotonic() / wheelLimits.tickMs);
  }

  get size(): number {
    return this.count;
  }

  /** Expires `timed` once, `delayMs` from now, and forgets an earlier time of it. */
  schedule(timed: Timed, delayMs: number): void {
    this.cancel(timed);
    timed.dueTick = Math.max(this.tick + 1, Math.ceil((this.clock.monotonic() + delayMs) / wheelLimits.tickMs));
    this.insert(timed);
    this.count++;
  }

  /** Does nothing when it is not in the wheel. */
  cancel(timed: Timed): void {
    if (timed.next === undefined) return;
    unlink(timed);
    this.count--;
  }

  /** Expires everything whose time has come. */
  advance(): void {
    const nowMs = this.clock.monotonic();
    const target = Math.floor(nowMs / wheelLimits.tickMs);
    const first = Math.max(this.tick + 1, target - wheelLimits.slots + 1);
    this.tick = Math.max(this.tick, target);
    for (let tick = first; tick <= target; tick++) this.expireSlot(this.slotOf(tick), nowMs);
  }

  /** Taken out as a whole first, because an entry may schedule and cancel others while it expires. */
  private expireSlot(slot: Slot, nowMs: number): void {
    if (slot.next === slot) return;
    const due = new Slot();
    [due.next, due.previous] = [slot.next, slot.previous];
    due.next.previous = due;
    due.previous.next = due;
    slot.next = slot;
    slot.previous = slot;
    while (due.next !== due) this.expireOne(due.next, nowMs);
  }

  private expireOne(timed: Timed, nowMs: number): void {
    unlink(timed);
    if (timed.dueTick > this.tick) {
      this.insert(timed); // A later round of the wheel.
      return;
    }
    this.count--;
    timed.expire(nowMs);
  }

  private insert(timed: Timed): void {
    const slot = this.slotOf(timed.dueTick);
    timed.previous = slot.previous;
    timed.next = slot;
    slot.previous.next = timed;
    slot.previous = timed;
  }

  private slotOf(tick: number): Slot {
    return this.slots[tick % wheelLimits.slots] as Slot;
  }
}

function unlink(timed: Timed): void {
  const { next, previous } = timed as Slot;
  previous.next = next;
  next.previous = previous;
  timed.next = undefined;
  timed.previous = undefined;
}
