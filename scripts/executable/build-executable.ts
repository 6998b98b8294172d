import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BunPlugin } from 'bun';

const root = join(import.meta.dir, '../..');
const server = join(root, 'packages/server');
/** The folders of `packages/server/src/shipped.ts`, by their names there. */
const shipped = {
  page: { from: join(root, 'packages/web/dist'), files: '**/!(*.map)' },
  reference: { from: dirname(Bun.resolveSync('swagger-ui-dist', server)), files: 'swagger-ui{.css,-bundle.js}' },
} as const;

/** The client of Kafka reads a part of itself from a file beside it. Its other edition has that in its code. */
const withItsWebAssembly: BunPlugin = {
  name: 'with its WebAssembly',
  setup(build) {
    build.onResolve({ filter: /^@platformatic\/wasm-utils$/ }, ({ path, importer }) => ({
      path: Bun.resolveSync(`${path}/bundled`, dirname(importer)),
    }));
  },
};

/** Machines an executable can be built for, all of them on any; the runtime of another one comes from the npm registry. */
export const targets = [
  'bun-linux-x64',
  'bun-linux-arm64',
  'bun-linux-x64-musl',
  'bun-linux-arm64-musl',
  'bun-darwin-x64',
  'bun-darwin-arm64',
  'bun-windows-x64',
  'bun-windows-arm64',
] as const satisfies readonly Bun.Build.CompileTarget[];
export type Target = (typeof targets)[number];

/**
 * Makes one file of the runtime, the server and everything it serves. The page has to be built before.
 * @returns its path, which on Windows ends in `.exe`.
 */
export async function buildExecutable(outfile: string, target?: Target): Promise<string> {
  const staging = await mkdtemp(join(tmpdir(), 'parley-executable-'));
  try {
    const built = await Bun.build({
      entrypoints: [join(server, 'src/main.ts')],
      minify: true,
      bytecode: true,
      format: 'esm',
      plugins: [withItsWebAssembly],
      compile: {
        outfile,
        assets: await stage(staging),
        // Of the folder it is started in, only parley.toml is its business.
        autoloadDotenv: false,
        autoloadBunfig: false,
        ...(target === undefined ? {} : { target }),
      },
    });
    return built.outputs[0]?.path ?? outfile;
  } finally {
    await rm(staging, { recursive: true });
  }
}

/** Copies what is shipped into folders of the names under which the server looks for them. */
async function stage(staging: string): Promise<string[]> {
  return await Promise.all(
    Object.entries(shipped).map(async ([name, { from, files }]) => {
      const folder = join(staging, name);
      for await (const file of new Bun.Glob(files).scan({ cwd: from })) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await cp(join(from, file), join(folder, file));
      }
      return folder;
    }),
  );
}
