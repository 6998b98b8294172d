import { writeFileSync } from 'node:fs';
import type { Happening, HistoryEvent } from './history-event.ts';

/** What happened in one run, in order. With the seed it can be run again. */
export interface History {
  readonly seed: number;
  readonly events: readonly HistoryEvent[];
  /** Events that found no room. A history with a hole cannot be judged. */
  readonly dropped: number;
}

export interface RecorderOptions {
  readonly seed: number;
  /** Milliseconds that never go back. */
  readonly nowMs?: () => number;
  readonly eventsMax?: number;
}

/** About half a gigabyte of messages of ordinary length. */
export const historyEventsMax = 1_000_000;

/** Takes down what happens, in memory and bounded. */
export class HistoryRecorder {
  readonly seed: number;
  private readonly clock: () => number;
  private readonly beganAtMs: number;
  private readonly eventsMax: number;
  private readonly events: HistoryEvent[] = [];
  private dropped = 0;
  private attempts = 0;

  constructor({ seed, nowMs = () => performance.now(), eventsMax = historyEventsMax }: RecorderOptions) {
    this.seed = seed;
    this.clock = nowMs;
    this.eventsMax = eventsMax;
    this.beganAtMs = nowMs();
  }

  /** Milliseconds since the run began: what `invokedAtMs` is told in. */
  nowMs(): number {
    return this.clock() - this.beganAtMs;
  }

  /** A number for the next attempt. */
  nextAttempt(): number {
    return ++this.attempts;
  }

  record(happening: Happening): void {
    if (this.events.length >= this.eventsMax) this.dropped++;
    else this.events.push({ ...happening, atMs: this.nowMs() });
  }

  history(): History {
    return { seed: this.seed, events: this.events, dropped: this.dropped };
  }
}

const linesPerWrite = 10_000;

/** One line of JSON for the run, then one for each event. */
export function exportHistory({ seed, events, dropped }: History, path: string): void {
  writeFileSync(path, `${JSON.stringify({ seed, dropped })}\n`);
  for (let start = 0; start < events.length; start += linesPerWrite) {
    const lines = events.slice(start, start + linesPerWrite).map((event) => `${JSON.stringify(event)}\n`);
    writeFileSync(path, lines.join(''), { flag: 'a' });
  }
}
