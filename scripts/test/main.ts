/**
 * `npm test [-- part-of-a-path … --bun-test-option …]` runs every suite and ends with what failed, by name, and one line,
 * `N passed, N failed`. Under CI=true a skipped test is a failure, because everything a test needs has to be installed there;
 * and a file that drives whole programs is tried a second time, alone, when it failed: the machine may have been busy.
 * What needed that is named.
 */
import { join } from 'node:path';
import { printFailures, type Failure } from './failures.ts';
import { runSuite } from './run-suite.ts';
import { tryAgain, type SuiteResult } from './second-try.ts';
import { findSuites, type Suite } from './suites.ts';
import { addTallies, closingLine, isGood, nothing } from './tally.ts';

const root = join(import.meta.dir, '../..');
const args = process.argv.slice(2);
const isUnitOnly = args.includes('--unit');
const isCi = process.env.CI === 'true';
const options = args.filter((arg) => arg.startsWith('-') && arg !== '--unit');
const filters = args.filter((arg) => !arg.startsWith('-'));
const run = (suite: Suite): Promise<SuiteResult> => runSuite(root, suite, options);

let [tally, failures] = [nothing, [] as readonly Failure[]];
for (const suite of findSuites(root, { filters, isUnitOnly })) {
  const result = await run(suite);
  tally = addTallies(tally, result.tally);
  failures = [...failures, ...result.failures];
}

if (isCi && failures.length > 0) {
  const second = await tryAgain({ tally, failures }, run);
  [tally, failures] = [second.tally, second.failed];
  if (second.passedLater.length > 0) console.error(printFailures('\nPassed only at a second try:', second.passedLater));
}
if (failures.length > 0) console.error(printFailures('\nFailed:', failures));
if (isCi && tally.skipped > 0) console.error('\nIn CI no test may be skipped: install what the skipped ones name.');
console.log(`\n${closingLine(tally)}`);
process.exitCode = isGood(tally, { maySkip: !isCi }) ? 0 : 1;
