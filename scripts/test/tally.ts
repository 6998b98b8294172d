export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 };

/**
 * Reads the counts that end the output of `bun test`. Its JUnit report would be the other source, but leaves out
 * files that fail to load, and is not written when the process dies.
 * A run that failed without saying so in its counts (an error between tests, a crash) counts as one failure.
 */
export function readTally(output: string, exitCode: number): Tally {
  const lines = output.trimEnd().split('\n');
  const end = lines.findLastIndex((line) => /^Ran \d+ tests? across \d+ files?\./.test(line));
  const counts = new Map<string, number>();
  for (const line of lines.slice(0, Math.max(end, 0)).toReversed()) {
    const [, count, name] = /^ *(\d+) (\S+)/.exec(line) ?? [];
    if (count === undefined || name === undefined) break;
    counts.set(name, Number(count));
  }
  const failed = counts.get('fail') ?? 0;
  return {
    passed: counts.get('pass') ?? 0,
    failed: exitCode === 0 ? failed : Math.max(failed, 1),
    skipped: (counts.get('skip') ?? 0) + (counts.get('todo') ?? 0),
  };
}

export function addTallies(left: Tally, right: Tally): Tally {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** The line that ends every test run. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/** A run is good if something ran and nothing failed; where nothing may be missing, nothing was skipped either. */
export function isGood({ passed, failed, skipped }: Tally, { maySkip }: { maySkip: boolean }): boolean {
  return passed > 0 && failed === 0 && (maySkip || skipped === 0);
}
