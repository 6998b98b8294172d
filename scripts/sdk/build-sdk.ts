import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { protocolDeclarations } from '../../packages/protocol/src/declarations.ts';

const root = join(import.meta.dir, '../..');
const sdk = join(root, 'packages/sdk');
const entries = ['index', 'react', 'file'] as const;
/** Of the protocol only these stand in the declarations as they are; the rest is made of the schemas. */
const protocolParts = ['close-codes', 'errors', 'limits'];

/** Writes the package that outsiders install into `folder`: ES modules, their types, nothing else. */
export async function buildSdk(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Promise.all([writeModules(folder), writeDeclarations(folder), writeManifest(folder)]);
}

/**
 * The protocol goes into the module, as far as it is used; React stays outside, and frameworks that render on the server
 * learn that hooks are not for there.
 */
async function writeModules(folder: string): Promise<void> {
  await Bun.build({
    entrypoints: entries.map((entry) => join(sdk, `src/${entry}.ts`)),
    outdir: folder,
    target: 'browser',
    external: ['react', 'node:*'],
    // What two of them need is there once: an error of one is an error to the other.
    splitting: true,
    naming: { chunk: 'errors.[ext]' },
  });
  await prepend(join(folder, 'react.js'), "'use client';\n");
}

async function writeDeclarations(folder: string): Promise<void> {
  const emitted = await mkdtemp(join(tmpdir(), 'parley-declarations-'));
  try {
    await emitDeclarations(emitted);
    for (const part of protocolParts)
      await copyDeclaration(join(emitted, `protocol/src/${part}.d.ts`), join(folder, `protocol/${part}.d.ts`));
    await writeFile(join(folder, 'protocol/index.d.ts'), protocolDeclarations());
    await copyReachable(join(emitted, 'sdk/src'), folder, [...entries]);
    // So that the types hold for programs whose own `lib` is older than `AsyncDisposable`.
    await prepend(join(folder, 'index.d.ts'), '/// <reference lib="esnext.disposable" />\n');
  } finally {
    await rm(emitted, { recursive: true, force: true });
  }
}

async function emitDeclarations(outDir: string): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const child = Bun.spawn(
    [process.execPath, compiler, '-p', join(import.meta.dir, 'tsconfig.json'), '--outDir', outDir],
    { stdout: 'pipe', stderr: 'inherit' },
  );
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`The declarations could not be made:\n${output}`);
}

/** Only what the entries lead to: the inner parts of the client are nobody’s to import. */
async function copyReachable(from: string, to: string, names: string[]): Promise<void> {
  for (const name of names) {
    const text = await copyDeclaration(join(from, `${name}.d.ts`), join(to, `${name}.d.ts`));
    for (const [, next = ''] of text.matchAll(/from ['"]\.\/([\w-]+)\.js['"]/g))
      if (!names.includes(next)) names.push(next);
  }
}

async function prepend(path: string, text: string): Promise<void> {
  await writeFile(path, text + (await readFile(path, 'utf8')));
}

async function copyDeclaration(from: string, to: string): Promise<string> {
  const text = (await readFile(from, 'utf8'))
    .replaceAll(/(from ['"]\.\/[\w-]+)\.ts(['"])/g, '$1.js$2')
    .replaceAll(/from ['"]@parley\/protocol['"]/g, "from './protocol/index.js'");
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, text);
  return text;
}

async function writeManifest(folder: string): Promise<void> {
  const source = (await Bun.file(join(sdk, 'package.json')).json()) as Record<string, unknown>;
  const { name, version, description, license, type, sideEffects, ...rest } = source;
  const { peerDependencies, peerDependenciesMeta } = rest;
  const exports = Object.fromEntries(entries.map((entry) => [pathOf(entry), exportOf(entry)]));
  const about = { name, version, description, license, type, sideEffects };
  const manifest = { ...about, exports, engines: { node: '>=22' }, peerDependencies, peerDependenciesMeta };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  await cp(join(root, 'docs/sdk.md'), join(folder, 'README.md'));
}

function pathOf(entry: (typeof entries)[number]): string {
  return entry === 'index' ? '.' : `./${entry}`;
}

function exportOf(entry: string): Readonly<Record<string, string>> {
  return { types: `./${entry}.d.ts`, default: `./${entry}.js` };
}
