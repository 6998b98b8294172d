import type { CopyProgress } from '../store/copy/copy-store.ts';

export const progressLimits = {
  /** Between two looks of the line on a terminal, and between two lines elsewhere. */
  terminalMs: 100,
  linesMs: 5_000,
} as const;

export interface ProgressOutput {
  /** One line that changes; otherwise lines, now and then. */
  readonly isTerminal: boolean;
  write(text: string): void;
  /** Milliseconds, never back. */
  now(): number;
}

/** How far a copy is, calmly. */
export class CopyProgressLine {
  private readonly output: ProgressOutput;
  /** When each table was begun: two may take turns. */
  private readonly begun = new Map<string, number>();
  private shownMs = -Infinity;

  constructor(output: ProgressOutput) {
    this.output = output;
  }

  readonly show = (progress: CopyProgress): void => {
    const now = this.output.now();
    const about = `${progress.activity} ${progress.table}`;
    const beganMs = this.begun.get(about);
    this.begun.set(about, beganMs ?? now);
    const { isTerminal } = this.output;
    const isDue = now - this.shownMs >= (isTerminal ? progressLimits.terminalMs : progressLimits.linesMs);
    if (!isDue && (isTerminal || beganMs !== undefined)) return;
    this.shownMs = now;
    const text = lineOf(progress, now - (beganMs ?? now));
    this.output.write(isTerminal ? `\r\u{1b}[K${text}` : `${text}\n`);
  };

  /** Leaves the terminal as it was. */
  end(): void {
    if (this.output.isTerminal && this.begun.size > 0) this.output.write('\r\u{1b}[K');
  }
}

/** `  copying messages  120,000 of 200,000  24,000/s  3 s left` */
function lineOf({ activity, table, rows, total }: CopyProgress, tookMs: number): string {
  const perSecond = tookMs > 0 ? (rows * 1_000) / tookMs : 0;
  const isKnown = total !== undefined && total >= rows;
  const left = isKnown && perSecond > 0 ? `  ${Math.ceil((total - rows) / perSecond)} s left` : '';
  const rate = perSecond > 0 ? `  ${numberOf(perSecond)}/s` : '';
  return `  ${activity} ${table}  ${numberOf(rows)}${isKnown ? ` of ${numberOf(total)}` : ''}${rate}${left}`;
}

const numberOf = (value: number): string => Math.round(value).toLocaleString('en-US');
