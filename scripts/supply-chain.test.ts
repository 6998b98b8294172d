import { expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dir, '..');
const folders = [
  '.',
  ...['packages', 'examples'].flatMap((folder) =>
    folder === 'examples' ? [folder] : readdirSync(join(root, folder)).map((name) => join(folder, name)),
  ),
];

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly trustedDependencies?: readonly string[];
}

const read = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest;
const manifests = folders
  .map((folder) => join(root, folder, 'package.json'))
  .filter((path) => existsSync(path))
  .map(read);

/** What runs on a server or in a page: few, and each by decision. */
const runtimeMax = 20;
/** Everything that is installed, tools and what they need included. */
const installedMax = 220;
const licenses = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'MPL-2.0',
  'CC0-1.0',
  'Unlicense',
  'BlueOak-1.0.0',
  'Python-2.0',
  'MIT-0',
  '(MIT OR CC0-1.0)',
  'MIT OR Apache-2.0',
  'Apache-2.0 OR MIT',
  'CC-BY-4.0',
  'MIT AND ISC',
]);

/** Every package that is installed, once. */
function installed(): Manifest[] {
  const store = join(root, 'node_modules/.bun');
  const found = new Map<string, Manifest>();
  for (const entry of readdirSync(store)) {
    const modules = join(store, entry, 'node_modules');
    if (!existsSync(modules)) continue;
    for (const name of readdirSync(modules).flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => join(name, inner)) : [name],
    )) {
      const path = join(modules, name, 'package.json');
      if (existsSync(path)) found.set(realpathSync(path), read(path));
    }
  }
  return [...found.values()];
}

test('every version is exact, and the lock file stands beside', () => {
  for (const { name, dependencies = {}, devDependencies = {}, optionalDependencies = {} } of manifests)
    for (const [dependency, version] of Object.entries({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    }))
      if (!dependency.startsWith('@parley/'))
        expect([name, dependency, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)]).toEqual([name, dependency, true]);
  const lock = readFileSync(join(root, 'bun.lock'), 'utf8');
  const locked = [...lock.matchAll(/"sha512-[A-Za-z0-9+/=]+"/g)];
  expect(locked.length).toBeGreaterThan(50);
  for (const { dependencies = {} } of manifests)
    for (const [name, version] of Object.entries(dependencies))
      if (!name.startsWith('@parley/')) expect(lock).toContain(`${name}@${version}`);
});

test('nothing that is installed may run a program of its own while it is', () => {
  for (const { name, trustedDependencies = [], scripts = {} } of manifests) {
    expect([name, trustedDependencies]).toEqual([name, []]);
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect([name, script, scripts[script]]).toEqual([name, script, undefined]);
  }
});

test('what runs is little, and what is installed is counted', () => {
  const runtime = new Set(
    manifests
      .flatMap(({ dependencies = {} }) => Object.keys(dependencies))
      .filter((name) => !name.startsWith('@parley/')),
  );
  expect(runtime.size).toBeLessThanOrEqual(runtimeMax);
  expect(installed().length).toBeGreaterThan(30);
  expect(installed().length).toBeLessThanOrEqual(installedMax);
});

test('every licence is one that asks for no more than its name', () => {
  const others = installed()
    .map(({ name, license }) => [name, typeof license === 'string' ? license : (license?.type ?? 'none')] as const)
    .filter(([name, license]) => name !== undefined && !licenses.has(license));
  expect(others).toEqual([]);
});
