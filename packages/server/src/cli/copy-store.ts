import type { Config } from '../config/config.ts';
import { CopyError, type CopyReport, type TableSum } from '../store/copy/copy-store.ts';
import { CopyProgressLine, type ProgressOutput } from './copy-progress-line.ts';

export interface CopyStoreRequest {
  readonly from: string;
  readonly to: string;
  readonly isLive: boolean;
}

/** What does it. */
export type CopyBetween = (
  config: Config,
  request: CopyStoreRequest & { readonly onProgress: CopyProgressLine['show'] },
) => Promise<CopyReport>;

/** Exit codes of `parley store copy` besides 0, and 1 for everything that is refused or fails. */
export const copyExitCodes = { different: 2, interrupted: 130 } as const;

/** Ctrl+C came between two batches. */
export class CopyInterrupted extends CopyError {
  override readonly name = 'CopyInterrupted';
}

/**
 * Copies, showing how far it is, until it is done or Ctrl+C. Returns what to say in the end.
 * @throws CopyError, CopyDifference, CopyInterrupted
 */
export async function copyStoreFromTerminal(
  config: Config,
  request: CopyStoreRequest,
  { copyBetween, output }: { readonly copyBetween: CopyBetween; readonly output: ProgressOutput },
): Promise<string> {
  const line = new CopyProgressLine(output);
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const show: CopyProgressLine['show'] = (progress) => {
    if (isInterrupted) throw new CopyInterrupted('Interrupted. Run the same again: it goes on where it stood.');
    line.show(progress);
  };
  try {
    return describe(request, await copyBetween(config, { ...request, onProgress: show }));
  } finally {
    line.end();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function describe({ isLive }: CopyStoreRequest, { tables, sums }: CopyReport): string {
  const changed = tables.filter(({ written, removed }) => written + removed > 0);
  const lines = changed.map(
    ({ table, written, removed }) =>
      `  ${table.padEnd(14)}${numberOf(written)} rows copied, ${numberOf(removed)} removed`,
  );
  return [
    changed.length === 0 ? 'Nothing to copy: the target has everything already.' : 'Copied:',
    ...lines,
    ...(sums === undefined ? [] : ['', 'The same on both sides, compared row by row:', ...sums.map(sumLine)]),
    '',
    isLive ? afterLive : afterAll,
  ].join('\n');
}

function sumLine({ table, rows, checksum }: TableSum): string {
  return `  ${table.padEnd(14)}${numberOf(rows).padStart(12)} rows  sha256 ${checksum.slice(0, 16)}`;
}

const afterLive =
  'The copy is not complete: the server on the source goes on. Stop that server and run the same without --live; only what changed since is copied then.';
const afterAll =
  'The copy is complete. Start the new servers on the target, and do not start one on the source again. Search finds older messages as soon as the new servers have taken them in.';

const numberOf = (value: number): string => value.toLocaleString('en-US');
