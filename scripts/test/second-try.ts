import type { Failure } from './failures.ts';
import { needsMore, type Suite } from './suites.ts';
import { addTallies, type Tally } from './tally.ts';

/** What one run of a suite came to. */
export interface SuiteResult {
  readonly tally: Tally;
  readonly failures: readonly Failure[];
}

/** More files than this are no accident. */
const filesMax = 3;

/** Files whose failures may be the machine's: what drives programs, services or a browser, when nearly all of it went well. */
export function worthASecondTry(failures: readonly Failure[]): readonly string[] {
  const files = [...new Set(failures.map(({ file }) => file))];
  return files.length <= filesMax ? files.filter((file) => needsMore.test(file)) : [];
}

/** Those files alone once more. What passes now counts as passed; it is answered in `failures`, to be named and not forgotten. */
export async function tryAgain(
  first: SuiteResult,
  run: (suite: Suite) => Promise<SuiteResult>,
): Promise<{ readonly tally: Tally; readonly failed: readonly Failure[]; readonly passedLater: readonly Failure[] }> {
  let { tally } = first;
  const passedLater: Failure[] = [];
  for (const file of worthASecondTry(first.failures)) {
    const again = await run({ name: file, files: [file] });
    if (again.tally.failed > 0 || again.tally.passed === 0) continue;
    const ofFile = first.failures.filter((failure) => failure.file === file);
    passedLater.push(...ofFile);
    tally = addTallies(tally, { passed: ofFile.length, failed: -ofFile.length, skipped: 0 });
  }
  return { tally, failed: first.failures.filter((failure) => !passedLater.includes(failure)), passedLater };
}
