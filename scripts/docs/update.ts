/** Writes the examples into README.md anew: `npm run bun scripts/docs/update.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillSnippets } from './fill-snippets.ts';

const root = join(import.meta.dir, '../..');
const path = join(root, 'README.md');
writeFileSync(path, fillSnippets(readFileSync(path, 'utf8'), root));
