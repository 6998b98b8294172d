import type { Random } from '../random.ts';
import type { Weather } from './weather.ts';

/** How a lane waits; injected, so that tests turn the time. */
export interface Timing {
  now(): number;
  /** Returns the function that stops it. */
  after(delayMs: number, action: () => void): () => void;
}

export const realTiming: Timing = {
  now: () => performance.now(),
  after: (delayMs, action) => {
    const timer = delayMs <= 0 ? undefined : setTimeout(action, delayMs);
    const immediate = delayMs <= 0 ? setImmediate(action) : undefined;
    return () => {
      clearTimeout(timer);
      clearImmediate(immediate);
    };
  },
};

export interface LaneOptions {
  readonly direction: 'up' | 'down';
  readonly timing: Timing;
  readonly random: Random;
  weather(): Weather;
  write(bytes: Uint8Array): void;
}

interface Waiting {
  readonly bytes: Uint8Array;
  readonly dueAt: number;
}

/** One read is cut into at most this many pieces, the last of which is the rest: the small ones are at its beginning, where headers are. */
const piecesMax = 64;

/** One direction of a connection: takes what was read, writes it when and how the weather says. Never reorders. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #queue: Waiting[] = [];
  #lastDueAt = 0;
  #cancel: (() => void) | undefined;
  #waitingBytes = 0;
  #cutAfterBytes: number | undefined;
  #onCut: () => void = () => undefined;
  #onEmpty: (() => void) | undefined;
  /** Bytes that were swallowed. */
  swallowed = 0;
  /** Writes that carried a slice of a read, and those that carried several reads. */
  slices = 0;
  glued = 0;
  delayed = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Bytes taken and not yet written. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Lets this many more bytes through, then calls `onCut` in the middle of whatever it is. */
  cutAfter(bytes: number, onCut: () => void): void {
    this.#cutAfterBytes = bytes;
    this.#onCut = onCut;
  }

  /** No cut is due any more. */
  letPass(): void {
    this.#cutAfterBytes = undefined;
  }

  take(bytes: Uint8Array): void {
    const weather = this.#options.weather();
    if (this.#options.direction === 'up' ? weather.isSilentUp : weather.isSilentDown) {
      this.swallowed += bytes.length;
      return;
    }
    const now = this.#options.timing.now();
    const late = weather.latencyMs + this.#options.random.next() * weather.jitterMs + weather.glueMs;
    const transferMs = (bytes.length / weather.bytesPerSecond) * 1_000;
    if (late + transferMs > 0) this.delayed++;
    const dueAt = Math.max(now + late, this.#lastDueAt) + transferMs;
    this.#lastDueAt = dueAt;
    this.#waitingBytes += bytes.length;
    this.#queue.push({ bytes, dueAt });
    this.#pump();
  }

  /** Calls `action` once everything taken is written; at once when nothing waits. */
  finish(action: () => void): void {
    this.#onEmpty = action;
    if (this.#queue.length === 0) action();
  }

  close(): void {
    this.#cancel?.();
    this.#queue.length = 0;
    this.#waitingBytes = 0;
  }

  #pump(): void {
    if (this.#cancel !== undefined) return;
    for (;;) {
      const head = this.#queue[0];
      if (head === undefined) return;
      const waitMs = head.dueAt - this.#options.timing.now();
      if (waitMs > 0) return this.#later(waitMs);
      this.#queue.shift();
      const { sliceBytesMax, glueMs } = this.#options.weather();
      const bytes = glueMs > 0 ? this.#gathered(head.bytes) : head.bytes;
      if (sliceBytesMax > 0 && bytes.length > 1) {
        this.#queue.unshift(...this.#slicesOf(bytes, sliceBytesMax));
        this.#writeSlice();
        return;
      }
      this.#write(bytes);
    }
  }

  #later(waitMs: number): void {
    this.#cancel = this.#options.timing.after(waitMs, () => {
      this.#cancel = undefined;
      this.#pump();
    });
  }

  /** Everything that waits, as one. */
  #gathered(first: Uint8Array): Uint8Array {
    if (this.#queue.length === 0) return first;
    this.glued++;
    return Buffer.concat([first, ...this.#queue.splice(0).map(({ bytes }) => bytes)]);
  }

  #slicesOf(bytes: Uint8Array, sliceBytesMax: number): Waiting[] {
    const pieces: Waiting[] = [];
    let at = 0;
    while (at < bytes.length) {
      const size = pieces.length < piecesMax ? this.#options.random.between(1, sliceBytesMax) : bytes.length;
      pieces.push({ bytes: bytes.subarray(at, at + size), dueAt: 0 });
      at += size;
    }
    return pieces;
  }

  /** One piece a turn, so that the other side reads them apart. */
  #writeSlice(): void {
    const piece = this.#queue.shift();
    if (piece === undefined) return;
    this.slices++;
    this.#write(piece.bytes);
    if (this.#queue[0]?.dueAt !== 0) return this.#pump();
    this.#cancel = this.#options.timing.after(0, () => {
      this.#cancel = undefined;
      this.#writeSlice();
    });
  }

  #write(bytes: Uint8Array): void {
    this.#waitingBytes -= bytes.length;
    const left = this.#cutAfterBytes;
    if (left === undefined || bytes.length < left) {
      if (left !== undefined) this.#cutAfterBytes = left - bytes.length;
      this.#options.write(bytes);
      if (this.#queue.length === 0) this.#onEmpty?.();
      return;
    }
    this.#options.write(bytes.subarray(0, left));
    this.close();
    this.#onCut();
  }
}
