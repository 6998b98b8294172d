import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ignoredFolders = /^(node_modules|dist.*|test|\..*)$/;
const ignoredFiles = /\.(test|conformance)\.[a-z]+$/;

/**
 * A hash over the names and contents of the given files and folders of `root`, and over `facts`.
 * Contents, not times: a fresh checkout or a switch to another branch and back changes times only.
 */
export function fingerprint(root, paths, facts = []) {
  const hash = createHash('sha256');
  for (const fact of facts) hash.update(`${fact}\0`);
  for (const path of paths.flatMap((each) => filesUnder(join(root, each)))) {
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Whether the work that `stamp` remembers was done for exactly this key. */
export function isStamped(stamp, key) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
}

export function writeStamp(stamp, key) {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
}

function filesUnder(path) {
  if (!existsSync(path)) return [];
  try {
    const entries = readdirSync(path, { withFileTypes: true }).toSorted(byName);
    return entries.flatMap((entry) => {
      if (entry.isDirectory()) return ignoredFolders.test(entry.name) ? [] : filesUnder(join(path, entry.name));
      return ignoredFiles.test(entry.name) ? [] : [join(path, entry.name)];
    });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

function byName(left, right) {
  return left.name < right.name ? -1 : 1;
}
