/** A test that failed, and the file it is in. */
export interface Failure {
  readonly file: string;
  readonly test: string;
}

const heading = /^(?:\.\/)?(\S+\.test\.tsx?):$/;
const failed = /^\(fail\) (.*?)(?: \[[\d.]+m?s\])?$/;
/** Where `bun test` begins to repeat what failed. */
const repetition = /^\d+ tests? failed:$/;
const betweenTests = '# Unhandled error between tests';

/** Reads from the output of `bun test` what failed; a file that could not be loaded counts as one test. */
export function readFailures(output: string): Failure[] {
  const failures: Failure[] = [];
  let file = '';
  for (const line of output.split('\n')) {
    if (repetition.test(line)) break;
    file = heading.exec(line)?.[1] ?? file;
    const test = line === betweenTests ? 'an error outside of tests' : failed.exec(line)?.[1];
    if (test !== undefined) failures.push({ file, test });
  }
  return failures;
}

export function printFailures(title: string, failures: readonly Failure[]): string {
  return [title, ...failures.map(({ file, test }) => `  ${file}: ${test}`)].join('\n');
}
