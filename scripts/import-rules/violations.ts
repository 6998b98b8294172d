import { join } from 'node:path';
import { importsOf } from './imports.ts';
import { judge } from './judge.ts';

const sources = new Bun.Glob('packages/*/src/**/*.{ts,tsx}');

/** One entry per forbidden import below `root`: where it stands, and why it may not. */
export async function violationsIn(root: string): Promise<{ files: number; violations: string[] }> {
  const paths = [...sources.scanSync({ cwd: root })].toSorted();
  const found = await Promise.all(paths.map((path) => violationsOf(root, path)));
  return { files: paths.length, violations: found.flat() };
}

async function violationsOf(root: string, path: string): Promise<string[]> {
  const source = await Bun.file(join(root, path)).text();
  return importsOf(path, source).flatMap(({ specifier, line }) => {
    const reason = judge(path, specifier);
    return reason === null ? [] : [`${path}:${line} imports ${specifier}: ${reason}.`];
  });
}
