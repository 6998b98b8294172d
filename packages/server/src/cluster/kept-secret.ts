import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { reasonOf, StartError } from '../start-error.ts';
import type { Say } from './say.ts';

const secretBytes = 32;
const shape = /^[0-9a-f]{64}$/;

/**
 * Made once, kept where this user only can read it. What a full disk left of one is no secret: it is made anew, as if there were none,
 * and what it held is kept beside it, in case somebody can make sense of that.
 * @throws StartError when it cannot be read or kept
 */
export function keptSecret(path: string, say: Say): string {
  const kept = readIfThere(path);
  if (shape.test(kept)) return kept;
  if (kept !== '') setAside(path, say);
  return makeSecret(path);
}

function readIfThere(path: string): string {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  } catch (cause) {
    throw new StartError(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

function setAside(path: string, say: Say): void {
  const old = `${path}.old`;
  try {
    renameSync(path, old);
  } catch (cause) {
    throw new StartError(`${old} cannot be written: ${reasonOf(cause)}`, { cause });
  }
  say(basename(path), `held no secret and is made anew; what it held is in ${old}`);
}

function makeSecret(path: string): string {
  const secret = randomBytes(secretBytes).toString('hex');
  try {
    writeWhole(path, secret);
    return secret;
  } catch (cause) {
    throw new StartError(`${path} cannot be written: ${reasonOf(cause)}`, { cause });
  }
}

/** All of it or nothing, also when the power goes: an engine may ask for what it says from now on. */
function writeWhole(path: string, text: string): void {
  const begun = `${path}.begun`;
  rmSync(begun, { force: true });
  const file = openSync(begun, 'wx', 0o600);
  try {
    if (writeSync(file, text) < text.length) throw new Error('The disk is full.');
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(begun, path);
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
