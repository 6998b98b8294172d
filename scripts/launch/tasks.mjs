import { join } from 'node:path';

const bare = () => [];
const installed = () => ['dependencies'];
const built = () => ['dependencies', 'page'];
const tested = () => ['dependencies', 'page', 'node', 's3proxy', 'kafka'];

const format = (...args) => ['node_modules/oxfmt/bin/oxfmt', ...args];
const lint = [['node_modules/oxlint/bin/oxlint'], ['scripts/import-rules/check.ts']];
const types = ['node_modules/typescript/bin/tsc'];
const test = (args) => ['scripts/test/main.ts', ...args];

/**
 * What `npm run …` and `bin/parley` can start: the steps it needs first, then what Bun is given to run,
 * one after the other until one fails.
 */
export const tasks = {
  parley: { needs: (args) => (servesPage(args) ? built() : installed()), runs: (args, root) => [program(args, root)] },
  build: { needs: built, runs: () => [] },
  test: { needs: (args) => (args.includes('--unit') ? installed() : tested()), runs: (args) => [test(args)] },
  check: { needs: tested, runs: () => [format('--check'), ...lint, types, test([])] },
  lint: { needs: installed, runs: () => lint },
  format: { needs: installed, runs: (args) => [format(...args)] },
  'build:sdk': { needs: installed, runs: () => [['scripts/sdk/build.ts']] },
  'build:executable': { needs: built, runs: (args) => [['scripts/executable/build.ts', ...args]] },
  types: { needs: installed, runs: () => [types] },
  chaos: { needs: installed, runs: (args) => [['packages/bench/src/chaos/main.ts', ...args]] },
  bench: { needs: installed, runs: (args) => [['packages/bench/src/main.ts', ...args]] },
  soak: { needs: installed, runs: (args) => [['packages/bench/src/soak/main.ts', ...args]] },
  'rollout-proof': { needs: built, runs: (args) => [['packages/bench/src/rollout/main.ts', ...args]] },
  bun: { needs: bare, runs: (args) => [args] },
};

/** Runs in the caller's folder, whose .env and bunfig.toml are not ours: parley.toml, PARLEY_* and flags are. */
function program(args, root) {
  return ['--no-env-file', `--config=${join(root, 'bunfig.toml')}`, join(root, 'packages/server/src/main.ts'), ...args];
}

function servesPage(args) {
  return ['start', 'up'].includes(args[0]) && !args.includes('--help') && !args.includes('-h');
}
