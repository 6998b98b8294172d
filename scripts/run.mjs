/** `node scripts/run.mjs <task> …`: what the scripts in package.json call. The tasks are in launch/tasks.mjs. */
import { run } from './launch/main.mjs';

await run(process.argv[2], process.argv.slice(3));
