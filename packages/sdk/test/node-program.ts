import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodePath, pinnedNode } from '../../../scripts/launch/node.mjs';

const pinned = nodePath(join(import.meta.dir, '../../../.bun'));

/** The Node the launcher put there; undefined where there is none for this machine. */
export const node: string | undefined = existsSync(pinned) ? pinned : undefined;

/** Ends the name of a test that needs it. */
export const needsNode = `(skipped without Node ${pinnedNode ?? '24'}: npm test gets it from the registry)`;
