import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dir, '../../../..');
export const deployFolder = join(root, 'deploy');

/** Every file of `deploy`, by its path in there. */
export const deployFiles: readonly string[] = [...new Bun.Glob('**/*').scanSync({ cwd: deployFolder })].toSorted();

export function readDeploy(path: string): string {
  return readFileSync(join(deployFolder, path), 'utf8');
}
