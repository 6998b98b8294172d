/** What is kept with the committed offset of a partition. */
export interface KafkaNote {
  /** The consumer that committed it. */
  readonly by: string;
  /** The note of `HeldPartition`. */
  readonly tries: number;
  /** The offset up to which, but not with which, it was read. */
  readonly read: number;
  /** How many of those that were read nobody is done with. */
  readonly undone: number;
  /** Offsets behind the committed one that somebody is done with: from, and up to but not with. In their order. */
  readonly done: readonly DoneRange[];
}

export type DoneRange = readonly [from: number, to: number];

/** Kafka takes 4,096. What does not go in comes again when the partition changes hands. */
const lengthMax = 2_000;
const radix = 36;

/**
 * `<consumer> <tries>.<how far behind the committed offset it was read>.<undone>` and, for each range, `,<distance from the end of the last
 * one>.<length>`; the distance of the first one is that from the committed offset.
 */
export function writeNote({ by, tries, read, undone, done }: KafkaNote, committed: number): string {
  let text = `${by} ${numbers(tries, read - committed, undone)}`;
  let last = committed;
  for (const [from, to] of done) {
    const next = `${text},${numbers(from - last, to - from)}`;
    if (next.length > lengthMax) break;
    text = next;
    last = to;
  }
  return text;
}

/** @param text what was committed; anything else counts as nothing noted */
export function readNote(text: string, committed: number): KafkaNote {
  const [by = '', rest = ''] = text.split(' ');
  const [head, ...ranges] = rest.split(',').map(numbersOf);
  const [tries, read, undone] = head ?? [];
  if (tries === undefined || read === undefined || undone === undefined)
    return { by: '', tries: 0, read: committed, undone: 0, done: [] };
  const done: DoneRange[] = [];
  let last = committed;
  for (const [distance = 0, length = 0] of ranges) {
    done.push([last + distance, last + distance + length]);
    last += distance + length;
  }
  return { by, tries, read: committed + read, undone, done };
}

function numbers(...values: readonly number[]): string {
  return values.map((value) => value.toString(radix)).join('.');
}

function numbersOf(text: string): readonly number[] {
  return /^[\da-z]{1,10}(\.[\da-z]{1,10})+$/.test(text)
    ? text.split('.').map((digits) => Number.parseInt(digits, radix))
    : [];
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
