const patterns = ['packages/*/src', 'packages/*/test', 'scripts'].map((folder) => `${folder}/**/*.test.{ts,tsx}`);
/** Tests that need a browser, a service or the whole program. */
export const needsMore = /\.(browser|service)\.test\.tsx?$|^packages\/[^/]+\/test\//;

export interface Suite {
  readonly name: string;
  readonly files: readonly string[];
  /** Set for its tests. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Selection {
  /** Parts of paths; a file is taken if it contains one of them. None: every file. */
  readonly filters: readonly string[];
  /** Leaves out what needs a browser, a service or the whole program. */
  readonly isUnitOnly: boolean;
}

/** The test files below `root`, one suite per package; suites without a file are left out. */
export function findSuites(root: string, { filters, isUnitOnly }: Selection): Suite[] {
  const files = patterns
    .flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: root })])
    .toSorted()
    .filter((file) => !(isUnitOnly && needsMore.test(file)))
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
  const byName = Object.groupBy(files, (file) => /^packages\/([^/]+)/.exec(file)?.[1] ?? 'scripts');
  return Object.entries(byName).map(([name, group]) => ({ name, files: group ?? [] }));
}
