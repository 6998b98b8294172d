/** What is kept with the committed offset of a partition. */
export interface KafkaNote {
  /** The note of `HeldPartition`. */
  readonly tries: number;
  /** Offsets behind the committed one that somebody is done with: from, and up to but not with. In their order. */
  readonly done: readonly DoneRange[];
}

export type DoneRange = readonly [from: number, to: number];

/** Kafka takes 4,096. What does not go in comes again when the partition changes hands. */
const lengthMax = 2_000;
const radix = 36;

/**
 * `<tries>` and, for each range, `,<distance from the end of the last one>-<length>`; the distance of the first one is that from the
 * committed offset.
 */
export function writeNote({ tries, done }: KafkaNote, committed: number): string {
  let text = String(tries);
  let last = committed;
  for (const [from, to] of done) {
    const next = `${text},${(from - last).toString(radix)}-${(to - from).toString(radix)}`;
    if (next.length > lengthMax) break;
    text = next;
    last = to;
  }
  return text;
}

/** @param text what was committed; anything else counts as nothing noted */
export function readNote(text: string, committed: number): KafkaNote {
  const [tries = '', ...ranges] = text.split(',');
  const done: DoneRange[] = [];
  let last = committed;
  for (const range of ranges) {
    const [distance = NaN, length = NaN] = range.split('-').map((digits) => Number.parseInt(digits, radix));
    if (!Number.isSafeInteger(distance) || !Number.isSafeInteger(length)) break;
    done.push([last + distance, last + distance + length]);
    last += distance + length;
  }
  return { tries: /^\d{1,6}$/.test(tries) ? Number(tries) : 0, done };
}

/** @param unfinished in their order; everything between and behind them, up to but not with `next`, is done. */
export function doneBetween(unfinished: Iterable<number>, next: number): readonly DoneRange[] {
  const done: DoneRange[] = [];
  let last: number | undefined;
  for (const offset of unfinished) {
    if (last !== undefined && offset > last + 1) done.push([last + 1, offset]);
    last = offset;
  }
  if (last !== undefined && next > last + 1) done.push([last + 1, next]);
  return done;
}
