import { basename } from 'node:path';

/** What people type to run this program: from the repository `bin/parley`, otherwise the executable's own name. */
export const programName: string = Bun.isStandaloneExecutable ? basename(process.execPath) : 'bin/parley';
