/** Nothing newer than Node 14 stands in this file, so that an old Node gets as far as the message. */
const oldest = 20;

/** Runs a task of tasks.mjs and leaves its exit code to this process. */
export async function run(task, args) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldest) {
    console.error(`Parley needs Node.js ${oldest} or later to start; this is ${process.versions.node}.`);
    console.error('Install a current one from your package manager or https://nodejs.org, and start again.');
    process.exitCode = 1;
    return;
  }
  const { launch } = await import('./launch.mjs');
  process.exitCode = await launch(task, args);
}
