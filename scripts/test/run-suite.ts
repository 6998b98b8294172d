import { readFailures } from './failures.ts';
import type { SuiteResult } from './second-try.ts';
import type { Suite } from './suites.ts';
import { nothing, readTally } from './tally.ts';

/** Per test, unless it sets its own; generous, because a busy machine is not a defect. */
const timeoutMs = 20_000;

/** Runs one suite in its own process, every file with fresh globals, showing its output as it comes. */
export async function runSuite(root: string, suite: Suite, options: readonly string[]): Promise<SuiteResult> {
  const files = suite.files.map((file) => `./${file}`);
  const args = ['--no-orphans', 'test', '--isolate', `--timeout=${timeoutMs}`, ...options, ...files];
  const child = Bun.spawn([process.execPath, ...args], {
    cwd: root,
    env: { ...(process.stderr.isTTY ? { FORCE_COLOR: '1' } : {}), ...process.env, ...suite.environment },
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'pipe',
  });
  const output = await show(child.stderr);
  const exitCode = await child.exited;
  return resultOf(suite, output, exitCode);
}

/** Of a run that ended early nobody knows what would have failed: that it did is a failure of its own. */
export function resultOf({ name }: Pick<Suite, 'name'>, output: string, exitCode: number): SuiteResult {
  const failures = readFailures(output);
  if (/^Ran \d+ tests? across/m.test(output)) return { tally: readTally(output, exitCode), failures };
  const all = [...failures, { file: name, test: `the run ended early, with exit code ${exitCode}` }];
  return { tally: { ...nothing, failed: all.length }, failures: all };
}

async function show(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let output = '';
  for await (const chunk of stream) {
    process.stderr.write(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  return Bun.stripANSI(output);
}
