import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const resolve = createRequire(import.meta.url).resolve;
const files = ['data.json', 'messages.json'] as const;

/** Serves the emoji grid’s data from this origin, as `/emoji/<locale>/…`; the grid would load it from a CDN otherwise. */
export function emojiFiles(locales: readonly string[]): Plugin {
  const sources = new Map<string, string>(
    locales.flatMap((locale) =>
      files.map((file) => [`emoji/${locale}/${file}`, resolve(`emojibase-data/${locale}/${file}`)] as const),
    ),
  );
  return {
    name: 'emoji-files',
    async generateBundle() {
      for (const [fileName, source] of sources)
        this.emitFile({ type: 'asset', fileName, source: await readFile(source) });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const source = sources.get((request.url ?? '').split('?', 1)[0]?.slice(1) ?? '');
        if (source === undefined) return next();
        readFile(source).then((body) => response.setHeader('content-type', 'application/json').end(body), next);
      });
    },
  };
}
