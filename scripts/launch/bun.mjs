import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture } from './command.mjs';
import { Problem, explain } from './problem.mjs';

const pinFolder = fileURLToPath(new URL('bun/', import.meta.url));
const executable = process.platform === 'win32' ? 'bun.exe' : 'bun';
const probeMs = 5_000;
/** Retries come soon enough for someone who waits at the keyboard; npm's own take more than a minute. */
const npmOptions = [
  '--ignore-scripts',
  '--include=optional',
  '--loglevel=error',
  '--fetch-retry-mintimeout=1000',
  '--fetch-retry-maxtimeout=5000',
];

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
export function findBun(state, searchPath = process.env.PATH ?? '', first = runningBun()) {
  for (const path of [...first, ...bunsOnPath(searchPath), ...bunsIn(state)]) {
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
  // npm 9 before 9.7 takes every Linux for one without glibc and leaves the package out: then it is asked for by name.
  const attempts = [['ci'], ['install', '--no-save', '--force', `${platformPackage()}@${pinned}`]];
  for (const attempt of attempts) {
    const { code, output } = await runNpm([...attempt, ...npmOptions], state);
    if (code !== 0) throw explain(`Getting Bun ${pinned}`, output);
    const found = findBun(state, '');
    if (found) return found;
  }
  throw new Problem(
    `Bun ${pinned} does not run on this machine (${platformPackage()}).`,
    'Parley needs a 64-bit Linux, macOS or Windows; on Linux x64 a processor with AVX2 (2013 and later).',
  );
}

/**
 * The package that carries the program for a machine, such as `@oven/bun-linux-x64-musl`.
 * @param {{ platform: string, arch: string, isMusl: boolean }} machine
 */
export function platformPackage({ platform, arch, isMusl } = thisMachine()) {
  const system = platform === 'win32' ? 'windows' : platform;
  const processor = arch === 'arm64' ? 'aarch64' : arch;
  return `@oven/bun-${system}-${processor}${isMusl ? '-musl' : ''}`;
}

function thisMachine() {
  const { platform, arch } = process;
  return { platform, arch, isMusl: platform === 'linux' && !process.report.getReport().header.glibcVersionRuntime };
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
