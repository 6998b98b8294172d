/** Writes the generated parts of docs/sdk.md anew from the docstrings and tables: `npm run bun scripts/sdk/update.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fillReference } from './reference.ts';

const path = new URL('../../docs/sdk.md', import.meta.url);
writeFileSync(path, fillReference(readFileSync(path, 'utf8')));
