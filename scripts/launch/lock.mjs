import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A holder that has not given a sign for `staleMs` is gone (killed, or its machine was). */
const defaults = { onWait: () => {}, beatMs: 1_000, staleMs: 10_000, pollMs: 100 };

/**
 * Runs `work` while no other launcher that uses the same folder runs its own.
 * The lock is a folder, because making one is atomic everywhere; its holder touches it every second.
 * `onWait` is called once if another holds it.
 */
export async function withLock(folder, work, options = {}) {
  const { onWait, beatMs, staleMs, pollMs } = { ...defaults, ...options };
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'lock');
  const owner = randomUUID();
  for (let tries = 0; !take(lock, owner); tries += 1) {
    if (tries === 0) onWait();
    if (isStale(lock, staleMs)) breakStale(lock, staleMs);
    await sleep(pollMs);
  }
  const release = () => giveBack(lock, owner);
  const beat = setInterval(() => touch(lock), beatMs);
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('exit', release);
    release();
  }
}

function take(lock, owner) {
  if (!makeFolder(lock)) return false;
  writeFileSync(join(lock, 'owner'), owner);
  return true;
}

function giveBack(lock, owner) {
  try {
    if (readFileSync(join(lock, 'owner'), 'utf8') === owner) rmSync(lock, { recursive: true, force: true });
  } catch {
    // It was broken by someone who took this process for dead: then it is no longer ours to remove.
  }
}

/** Two that wait must not both break it, or the second would break the lock that the first has just taken. */
function breakStale(lock, limitMs) {
  const guard = `${lock}-break`;
  if (!makeFolder(guard)) {
    if (isStale(guard, limitMs)) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    if (isStale(lock, limitMs)) rmSync(lock, { recursive: true, force: true });
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

function isStale(path, limitMs) {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > limitMs;
}

function touch(path) {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Broken while this process was suspended; the work goes on and ends soon.
  }
}

function makeFolder(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}
