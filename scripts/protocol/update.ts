/** Writes the tables of PROTOCOL.md anew from the schemas: `npm run bun scripts/protocol/update.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fillTables } from '../../packages/protocol/src/protocol-tables.ts';

const path = new URL('../../PROTOCOL.md', import.meta.url);
writeFileSync(path, fillTables(readFileSync(path, 'utf8')));
