import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findSuites, type Suite } from './suites.ts';

/** What a test of the whole program runs on. */
const program = 'packages/server/test/server-process.ts';
const ownShape = /\.service\.test\.tsx?$/;

export interface OneProcess {
  readonly file: string;
  /** Parts of names of tests; without them the whole file. */
  readonly tests?: readonly string[];
  readonly reason: string;
}

/** End-to-end tests that are about one process, and why. All others run in the shape of a cluster as well. */
export const oneProcess: readonly OneProcess[] = [
  { file: 'packages/server/test/start.test.ts', reason: 'the start of one process: its folder, its lock, its ports' },
  { file: 'packages/server/test/command-line.test.ts', reason: 'the command line works on the file of SQLite' },
  { file: 'packages/server/test/kill.test.ts', reason: 'kills the one process; cluster/faults kills each of many' },
  {
    file: 'packages/server/test/hardship.test.ts',
    reason: 'spoils the file of SQLite, and stops, stalls and turns back the one process',
  },
  { file: 'packages/server/test/faults.test.ts', reason: 'faults are asked for at one process' },
  {
    file: 'packages/server/test/security/secrets.test.ts',
    reason: 'looks for secrets in the file of SQLite; cluster/cluster does in the logs of all nodes',
  },
  {
    file: 'packages/server/test/security/outgoing.test.ts',
    reason: 'one process has no connection to anywhere; nodes have some to each other and to their services',
  },
  {
    file: 'packages/server/test/seed-safety.test.ts',
    tests: ['passwords are argon2id, tokens only hashes', '600 sign-ins at once'],
    reason: 'look into the file of SQLite',
  },
  {
    file: 'packages/server/test/seed-safety.test.ts',
    tests: ['only the documented ports listen'],
    reason: 'the ports of one process; cluster/cluster looks at those of all nodes',
  },
  {
    file: 'packages/server/test/security/limits.test.ts',
    tests: ['one address holds at most so many sockets'],
    reason: 'the limit is one of each node',
  },
  {
    file: 'packages/server/test/security/trusted-proxies.test.ts',
    tests: ['behind a proxy are counted by client', 'without proxies all that come', 'the log names who was refused'],
    reason: 'the limit and the log are of each node',
  },
  {
    file: 'packages/server/test/security/sessions.test.ts',
    tests: ['one user holds so many sockets and no more'],
    reason: 'the limit is one of each node',
  },
  {
    file: 'packages/server/test/outage.test.ts',
    tests: ['while nothing can be stored'],
    reason:
      'lock the file of SQLite and fill its disk; what PostgreSQL does is in server-on-postgres and the suite of the store',
  },
  { file: 'packages/server/test/http-fuzz.test.ts', tests: ['the file of the store is whole'], reason: 'of SQLite' },
  {
    file: 'packages/server/test/websocket-conformance.test.ts',
    tests: ['what stood in or behind a frame that ends its connection was never said'],
    reason: 'looks into the file of SQLite',
  },
  {
    file: 'packages/server/test/examples.test.ts',
    tests: ['signs in, sends, and prints replies and pushes'],
    reason: 'these two end with the ack, which only in one process comes after the push',
  },
];

export function printOneProcess(): string {
  const lines = oneProcess.map(({ file, tests, reason }) => {
    const which = tests === undefined ? '' : ` (${tests.map((name) => `“${name}”`).join(', ')})`;
    return `  ${file}${which}: ${reason}`;
  });
  return ['\nOf one process only, so not run as a cluster:', ...lines, ''].join('\n');
}

/** The suites of every port’s adapters, on the services they stand on. */
export function findAdapterSuites(root: string, filters: readonly string[]): Suite[] {
  return chosen(findSuites(root, { filters, isUnitOnly: false }), (file) => {
    return ownShape.test(file) || /from '\.\/[\w-]+\.conformance\.ts'/.test(readFileSync(join(root, file), 'utf8'));
  });
}

/** The end-to-end tests of the chat, without those of `oneProcess`. */
export function findClusterSuites(root: string, filters: readonly string[]): Suite[] {
  const left = oneProcess.filter(({ tests }) => tests === undefined).map(({ file }) => file);
  return chosen(findSuites(root, { filters, isUnitOnly: false }), (file) => {
    return !ownShape.test(file) && !left.includes(file) && drivesProgram(root, file);
  });
}

/** For `--test-name-pattern`: every name but those of `oneProcess`. */
export function clusterTestPattern(): string {
  const names = oneProcess.flatMap(({ tests = [] }) => tests);
  return `^(?!.*(?:${names.map((name) => RegExp.escape(name)).join('|')}))`;
}

function chosen(suites: readonly Suite[], isWanted: (file: string) => boolean): Suite[] {
  return suites
    .map((suite) => ({ ...suite, files: suite.files.filter(isWanted) }))
    .filter(({ files }) => files.length > 0);
}

const scanners = { ts: new Bun.Transpiler({ loader: 'ts' }), tsx: new Bun.Transpiler({ loader: 'tsx' }) };

/** Whether a file, or one it imports, starts the program. */
function drivesProgram(root: string, file: string, seen = new Set<string>()): boolean {
  if (file === program) return true;
  if (seen.has(file)) return false;
  seen.add(file);
  return importsOf(root, file).some((path) => drivesProgram(root, path, seen));
}

const imports = new Map<string, readonly string[]>();

/** The files of ours that a file imports. */
function importsOf(root: string, file: string): readonly string[] {
  const path = join(root, file);
  const known = imports.get(path);
  if (known !== undefined) return known;
  const found = scanners[file.endsWith('x') ? 'tsx' : 'ts']
    .scanImports(readFileSync(path, 'utf8'))
    .flatMap((each) => (/^\..*\.tsx?$/.test(each.path) ? [relative(root, join(dirname(path), each.path))] : []));
  imports.set(path, found);
  return found;
}
