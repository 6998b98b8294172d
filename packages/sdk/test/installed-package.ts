import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSdk } from '../../../scripts/sdk/build-sdk.ts';
import { temporaryFolder } from '../../../scripts/temporary-folder.ts';

const root = join(import.meta.dir, '../../..');

/** The SDK built, packed and installed with npm into a folder that knows nothing of this repository. */
export class InstalledPackage implements AsyncDisposable {
  readonly folder: string;
  readonly #remove: () => Promise<void>;

  private constructor(folder: string, remove: () => Promise<void>) {
    this.folder = folder;
    this.#remove = remove;
  }

  static async install(): Promise<InstalledPackage> {
    const { path, [Symbol.asyncDispose]: remove } = await temporaryFolder({
      'program/package.json': '{"type":"module"}',
    });
    const installed = new InstalledPackage(join(path, 'program'), remove);
    await buildSdk(join(path, 'dist'));
    await run(['npm', 'pack', '--silent', '--pack-destination', path, join(path, 'dist')], path);
    const [tarball = ''] = (await readdir(path)).filter((name) => name.endsWith('.tgz'));
    await run(['npm', 'install', '--offline', '--silent', '--ignore-scripts', join(path, tarball)], installed.folder);
    return installed;
  }

  /** Every file of the package. */
  async files(): Promise<string[]> {
    const files = await readdir(join(this.folder, 'node_modules/@parley/sdk'), { recursive: true });
    return files.filter((name) => name.includes('.') || name === 'LICENSE').toSorted();
  }

  /** What else npm put beside it. */
  async neighbours(): Promise<string[]> {
    return (await readdir(join(this.folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
  }

  path(entry: 'index' | 'react'): string {
    return join(this.folder, `node_modules/@parley/sdk/${entry}.js`);
  }

  /** Bundles and minifies a program that uses the package, as an app would. React stays outside. */
  async bundle(code: string): Promise<string> {
    const entry = join(this.folder, `${Bun.hash(code)}.js`);
    await writeFile(entry, code);
    const { outputs } = await Bun.build({ entrypoints: [entry], minify: true, target: 'browser', external: ['react'] });
    return (await outputs[0]?.text()) ?? '';
  }

  /** What the compiler says of a program, with the strictest options, declarations included. React's types are there. */
  async typeErrors(programs: Readonly<Record<string, string>>): Promise<string> {
    await mkdir(join(this.folder, 'node_modules/@types'), { recursive: true });
    const types = join(this.folder, 'node_modules/@types/react');
    await symlink(join(root, 'node_modules/@types/react'), types).catch(() => undefined);
    await Promise.all(Object.entries(programs).map(([name, code]) => writeFile(join(this.folder, name), code)));
    await writeFile(join(this.folder, 'tsconfig.json'), JSON.stringify(configOf(Object.keys(programs))));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    return run([process.execPath, compiler, '-p', this.folder, '--pretty', 'false'], this.folder).catch(String);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#remove();
  }
}

function configOf(files: readonly string[]): object {
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM'],
    module: 'NodeNext',
    jsx: 'react-jsx',
    types: [],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    allowImportingTsExtensions: true,
  };
  return { compilerOptions, files };
}

/** @throws Error what the program said, when it ends badly. */
async function run(command: string[], cwd: string): Promise<string> {
  const child = Bun.spawn(command, { cwd, stdout: 'pipe', stderr: 'pipe' });
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(output + errors);
  return output;
}
