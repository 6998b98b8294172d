import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './command.mjs';
import { canInstallKafka, hasKafka, installKafka, pinnedKafka } from './kafka.mjs';
import { hasNode, installNode, pinnedNode } from './node.mjs';
import { explain } from './problem.mjs';
import { canInstallS3Proxy, hasS3Proxy, installS3Proxy, pinnedS3Proxy } from './s3proxy.mjs';
import { fingerprint, isStamped, writeStamp } from './stamp.mjs';

const pageSources = ['bun.lock', 'packages/protocol', 'packages/sdk', 'packages/web'];

/**
 * A step is work that is done once, and again only when what it depends on has changed.
 * All functions take the scene: `{ root, state, bun }` (project folder, launcher's own folder, the Bun to use).
 * `key` names what the result depends on (null: nothing to do here); `isThere` looks whether it still exists.
 */
export const steps = {
  dependencies: {
    name: 'dependencies',
    title: 'Installing dependencies',
    key: ({ root, bun }) =>
      fingerprint(root, ['bun.lock', ...manifests(root)], [bun.version, process.platform, process.arch]),
    isThere: ({ root }) =>
      existsSync(join(root, 'node_modules')) && existsSync(join(root, 'packages/server/node_modules')),
    run: ({ root, bun }) => capture(bun.path, ['install', '--frozen-lockfile', '--no-progress'], { cwd: root }),
  },
  page: {
    name: 'page',
    title: 'Building the page',
    key: ({ root }) => (existsSync(join(root, 'packages/web/index.html')) ? fingerprint(root, pageSources) : null),
    isThere: ({ root }) => existsSync(join(root, 'packages/web/dist/index.html')),
    run: buildPage,
  },
  node: {
    name: 'node',
    title: `Getting Node ${pinnedNode} for the tests (about 50 MB, once)`,
    key: () => pinnedNode ?? null,
    isThere: ({ state }) => hasNode(state),
    run: ({ state }) => installNode(state),
  },
  s3proxy: {
    name: 's3proxy',
    title: `Getting S3Proxy ${pinnedS3Proxy} for the tests (about 20 MB, once)`,
    key: () => (canInstallS3Proxy() ? pinnedS3Proxy : null),
    isThere: ({ state }) => hasS3Proxy(state),
    run: ({ state }) => installS3Proxy(state),
  },
  kafka: {
    name: 'kafka',
    title: `Getting Kafka ${pinnedKafka} for the tests (about 46 MB, once)`,
    key: () => (canInstallKafka() ? pinnedKafka : null),
    isThere: ({ state }) => hasKafka(state),
    run: ({ state }) => installKafka(state),
  },
};

export function isDone(step, scene) {
  const key = step.key(scene);
  return key === null || (step.isThere(scene) && isStamped(stampOf(step, scene), key));
}

export async function perform(step, scene) {
  const key = step.key(scene);
  const stamp = stampOf(step, scene);
  rmSync(stamp, { force: true });
  const { code, output } = await step.run(scene);
  if (code !== 0) throw explain(step.title, output);
  writeStamp(stamp, key);
}

function stampOf(step, { state }) {
  return join(state, `${step.name}.stamp`);
}

function manifests(root) {
  const packages = readdirSync(join(root, 'packages')).toSorted();
  return ['package.json', ...packages.map((name) => `packages/${name}/package.json`)];
}

async function buildPage({ root, bun }) {
  const web = join(root, 'packages/web');
  const args = ['--bun', 'run', 'build', '--outDir', 'dist-next', '--emptyOutDir'];
  const result = await capture(bun.path, args, { cwd: web });
  if (result.code === 0) replaceFolder(join(web, 'dist'), join(web, 'dist-next'));
  return result;
}

/** A server that is running keeps serving whole pages: the old folder goes only when the new one is complete. */
function replaceFolder(current, next) {
  const old = `${current}-old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(current)) renameSync(current, old);
  renameSync(next, current);
  rmSync(old, { recursive: true, force: true });
}
