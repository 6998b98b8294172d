import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture } from './command.mjs';
import { Problem, explain } from './problem.mjs';

const pinFolder = fileURLToPath(new URL('bun/', import.meta.url));
const executable = process.platform === 'win32' ? 'bun.exe' : 'bun';
const probeMs = 5_000;

/** The version Parley is made and tested with; later patches of the same minor version are accepted too. */
export const pinned = JSON.parse(readFileSync(join(pinFolder, 'package.json'), 'utf8')).dependencies.bun;

export function isCompatible(version) {
  const found = /^(\d+\.\d+)\.(\d+)$/.exec(version);
  const wanted = /^(\d+\.\d+)\.(\d+)$/.exec(pinned);
  return found !== null && found[1] === wanted[1] && Number(found[2]) >= Number(wanted[2]);
}

/** The Bun of the last start if that file is still the same; costs no process. Otherwise null. */
export function recallBun(state) {
  try {
    const known = JSON.parse(readFileSync(join(state, 'bun.json'), 'utf8'));
    return known.pinned === pinned && known.mark === markOf(known.path) ? known : null;
  } catch {
    return null;
  }
}

/** Looks on the search path, then at the copy in `state`, for a Bun that runs and fits; null if there is none. */
export function findBun(state, searchPath = process.env.PATH ?? '') {
  for (const path of [...runningBun(), ...bunsOnPath(searchPath), ...bunsIn(state)]) {
    const version = versionOf(path);
    if (!isCompatible(version)) continue;
    const found = { path, version, pinned, mark: markOf(path) };
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, 'bun.json'), JSON.stringify(found));
    return found;
  }
  return null;
}

/** Puts the pinned Bun into `state`. Install scripts stay off: the program is inside the platform's own package. */
export async function installBun(state) {
  mkdirSync(state, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(pinFolder, file), join(state, file));
  const title = `Getting Bun ${pinned}`;
  const args = ['ci', '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runNpm(args, state);
  if (code !== 0) throw explain(title, output);
  const found = findBun(state, '');
  if (found) return found;
  throw new Problem(
    `${title} worked, but it does not run on this machine (${process.platform} ${process.arch}).`,
    'Parley needs a 64-bit Linux, macOS or Windows; on Linux x64 a processor with AVX2 (2013 and later).',
  );
}

async function runNpm(args, cwd) {
  try {
    // On Windows npm is a script, which only a shell can start.
    return await capture('npm', args, { cwd, shell: process.platform === 'win32' });
  } catch (error) {
    const advice = `Install npm (it comes with Node.js) or Bun ${pinned}, and start again.`;
    throw new Problem('npm was not found.', advice, { cause: error });
  }
}

function runningBun() {
  return process.versions.bun ? [process.execPath] : [];
}

function bunsOnPath(searchPath) {
  return searchPath
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, executable))
    .filter(existsSync);
}

function bunsIn(state) {
  const packages = join(state, 'node_modules', '@oven');
  if (!existsSync(packages)) return [];
  return readdirSync(packages)
    .map((name) => join(packages, name, 'bin', executable))
    .filter(existsSync);
}

function versionOf(path) {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: probeMs, stdio: 'pipe' });
  return (stdout ?? '').trim();
}

function markOf(path) {
  const { size, mtimeMs } = statSync(path);
  return `${size}:${mtimeMs}`;
}
