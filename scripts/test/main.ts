/**
 * `npm test [-- part-of-a-path … --bun-test-option …]` runs every suite and ends with one line, `N passed, N failed`.
 * Under CI=true a skipped test is a failure: there everything a test needs has to be installed.
 */
import { join } from 'node:path';
import { runSuite } from './run-suite.ts';
import { findSuites } from './suites.ts';
import { addTallies, closingLine, isGood, nothing } from './tally.ts';

const root = join(import.meta.dir, '../..');
const args = process.argv.slice(2);
const isUnitOnly = args.includes('--unit');
const maySkip = process.env.CI !== 'true';
const options = args.filter((arg) => arg.startsWith('-') && arg !== '--unit');
const filters = args.filter((arg) => !arg.startsWith('-'));

let tally = nothing;
for (const suite of findSuites(root, { filters, isUnitOnly })) {
  tally = addTallies(tally, await runSuite(root, suite, options));
}

if (tally.skipped > 0 && !maySkip) console.error('\nIn CI no test may be skipped: install what the skipped ones name.');
console.log(`\n${closingLine(tally)}`);
process.exitCode = isGood(tally, { maySkip }) ? 0 : 1;
