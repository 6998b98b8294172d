/** Writes the examples into the documents that show them anew: `npm run bun scripts/docs/update.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentsWithExamples, fillSnippets } from './fill-snippets.ts';

const root = join(import.meta.dir, '../..');
for (const document of documentsWithExamples) {
  const path = join(root, document);
  writeFileSync(path, fillSnippets(readFileSync(path, 'utf8'), root));
}
