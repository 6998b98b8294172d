import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture } from './command.mjs';

const pinFolder = fileURLToPath(new URL('node/', import.meta.url));
const files = ['package.json', 'package-lock.json'];
const packages = JSON.parse(readFileSync(join(pinFolder, 'package.json'), 'utf8')).optionalDependencies;
const system = process.platform === 'win32' ? 'win' : process.platform;
const platformPackage = `node-${system}-${process.arch}`;

/** The Node the SDK is tested with; undefined where the registry has none for this machine. */
export const pinnedNode = packages[platformPackage];

/** Where that Node is, or will be. */
export function nodePath(state) {
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(state, 'node', 'node_modules', platformPackage, 'bin', program);
}

export function hasNode(state) {
  return existsSync(nodePath(state));
}

/** Install scripts stay off: the program is inside the platform's own package. */
export function installNode(state) {
  const folder = join(state, 'node');
  mkdirSync(folder, { recursive: true });
  for (const file of files) copyFileSync(join(pinFolder, file), join(folder, file));
  const args = ['ci', '--ignore-scripts', '--include=optional', '--loglevel=error', '--no-bin-links'];
  return capture('npm', args, { cwd: folder, shell: process.platform === 'win32' });
}
