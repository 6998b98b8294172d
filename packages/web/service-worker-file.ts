import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const source = join(import.meta.dirname, 'src/service-worker/service-worker.ts');
const fileName = 'service-worker.js';
const documentName = 'index.html';
/** Large, and only for the emoji grid: the page opens without them. */
const left = 'emoji/';

interface Part {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Builds the service worker beside the page, and tells it what the page is made of. */
export function serviceWorkerFile(): Plugin {
  let publicFolder = '';
  return {
    name: 'service-worker-file',
    apply: 'build',
    enforce: 'post',
    configResolved({ publicDir }) {
      publicFolder = publicDir;
    },
    buildStart() {
      this.emitFile({ type: 'chunk', id: source, fileName });
    },
    generateBundle(_options, bundle) {
      const worker = bundle[fileName];
      if (worker?.type !== 'chunk') throw new Error(`There is no ${fileName} in the build.`);
      const built = Object.values(bundle)
        .filter((file) => file.fileName !== fileName && !file.fileName.startsWith(left))
        .map((file) => ({ name: file.fileName, content: file.type === 'chunk' ? file.code : file.source }));
      const build = buildOf([...built, ...publicParts(publicFolder)], worker.code);
      worker.code = worker.code.replaceAll('PARLEY_BUILD', () => build);
    },
  };
}

function publicParts(folder: string): readonly Part[] {
  return readdirSync(folder).map((name) => ({ name, content: readFileSync(join(folder, name)) }));
}

function buildOf(parts: readonly Part[], workerCode: string): string {
  const document = parts.find(({ name }) => name === documentName);
  if (document === undefined) throw new Error(`There is no ${documentName} in the build.`);
  const id = createHash('sha256').update(workerCode);
  for (const { name, content } of parts) id.update(name).update(content);
  const names = parts.map(({ name }) => name).filter((name) => name !== documentName);
  return JSON.stringify({
    id: id.digest('hex').slice(0, 16),
    documentHash: createHash('sha256').update(document.content).digest('hex'),
    files: names.toSorted().map((name) => `/${name}`),
  });
}
