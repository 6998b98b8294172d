import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Files the program serves and does not hold in its code: the built chat page, and the parts of the reference page. */
export type Shipped = 'page' | 'reference';

/**
 * The folder of such files: in the repository and its packages, or, in the executable of one file, the copy inside it, which
 * `scripts/executable/build-executable.ts` puts beside the code.
 */
export function shippedFolder(name: Shipped): string {
  return Bun.isStandaloneExecutable ? join(import.meta.dir, name) : folders[name]();
}

const folders: Readonly<Record<Shipped, () => string>> = {
  page: () => fileURLToPath(new URL('../../web/dist', import.meta.url)),
  reference: () => fileURLToPath(new URL('.', import.meta.resolve('swagger-ui-dist'))),
};
