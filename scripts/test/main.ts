/**
 * `npm test [-- part-of-a-path … --bun-test-option …]` runs every suite and ends with what failed, by name, and one line,
 * `N passed, N failed`. Under CI=true a skipped test is a failure, because everything a test needs has to be installed there;
 * and a file that drives whole programs is tried a second time, alone, when it failed: the machine may have been busy.
 * What needed that is named.
 *
 * `npm run test:cluster` runs the suites of all adapters, then the end-to-end tests with the chat as a cluster.
 */
import { join } from 'node:path';
import { startSharedServices } from '../../packages/server/test/cluster/cluster-services.ts';
import { clusterTestPattern, findAdapterSuites, findClusterSuites, printOneProcess } from './cluster-suite.ts';
import { printFailures } from './failures.ts';
import { runSuite } from './run-suite.ts';
import { tryAgain, type SuiteResult } from './second-try.ts';
import { findSuites, type Suite } from './suites.ts';
import { addTallies, closingLine, isGood, nothing } from './tally.ts';

const root = join(import.meta.dir, '../..');
const args = process.argv.slice(2);
const isUnitOnly = args.includes('--unit');
const isCi = process.env.CI === 'true';
const options = args.filter((arg) => arg.startsWith('-') && !['--unit', '--cluster'].includes(arg));
const filters = args.filter((arg) => !arg.startsWith('-'));

/** One suite after the other; in CI with second tries. */
async function runAll(
  suites: readonly Suite[],
  run: (suite: Suite) => Promise<SuiteResult> = (suite) => runSuite(root, suite, options),
): Promise<SuiteResult> {
  let all: SuiteResult = { tally: nothing, failures: [] };
  for (const suite of suites) all = joined(all, await run(suite));
  if (!isCi || all.failures.length === 0) return all;
  const { tally, failed, passedLater } = await tryAgain(all, run);
  if (passedLater.length > 0) console.error(printFailures('\nPassed only at a second try:', passedLater));
  return { tally, failures: failed };
}

function joined(one: SuiteResult, other: SuiteResult): SuiteResult {
  return { tally: addTallies(one.tally, other.tally), failures: [...one.failures, ...other.failures] };
}

/** Nine programs start more slowly than one. */
const clusterTimeoutMs = 60_000;

/** Services are started once for all end-to-end tests. */
async function runCluster(): Promise<SuiteResult> {
  const adapters = await runAll(findAdapterSuites(root, filters));
  const suites = findClusterSuites(root, filters);
  if (suites.length === 0) return adapters;
  console.error(printOneProcess());
  await using services = await startSharedServices();
  const environment = { PARLEY_TEST_SHAPE: 'cluster', ...services.environment };
  const more = [`--timeout=${clusterTimeoutMs}`, `--test-name-pattern=${clusterTestPattern()}`];
  const run = (suite: Suite) => runSuite(root, { ...suite, environment }, [...options, ...more]);
  return joined(adapters, await runAll(suites, run));
}

const runs = args.includes('--cluster') ? runCluster() : runAll(findSuites(root, { filters, isUnitOnly }));
const { tally, failures } = await runs;
if (failures.length > 0) console.error(printFailures('\nFailed:', failures));
if (isCi && tally.skipped > 0) console.error('\nIn CI no test may be skipped: install what the skipped ones name.');
console.log(`\n${closingLine(tally)}`);
process.exitCode = isGood(tally, { maySkip: !isCi }) ? 0 : 1;
