import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;
const saltsAt = 16;
const frameSaltsAt = 8;

/**
 * Writes behind the last frame of a SQLite log what is left of one that a crash cut short: a header that looks right, with
 * another checksum, and half of a page. Nothing that was committed is touched. @returns how many bytes were written.
 */
export function tearWal(path: string): number {
  const log = readFileSync(path);
  if (log.length < headerBytes) return 0;
  const pageBytes = log.readUInt32BE(8);
  const salts = log.subarray(saltsAt, saltsAt + 8);
  const end = endOfFrames(log, pageBytes);
  const torn = Buffer.alloc(frameHeaderBytes + pageBytes / 2, 0xa5);
  torn.writeUInt32BE(1, 0);
  torn.writeUInt32BE(2, 4); // Looks like a commit, of a database of two pages.
  salts.copy(torn, frameSaltsAt);
  const file = openSync(path, 'r+');
  try {
    writeSync(file, torn, 0, torn.length, end);
  } finally {
    closeSync(file);
  }
  return statSync(path).size >= end + torn.length ? torn.length : 0;
}

/** Frames of this log carry its salts; behind them there may be old ones. */
function endOfFrames(log: Buffer, pageBytes: number): number {
  const salts = log.subarray(saltsAt, saltsAt + 8);
  let end = headerBytes;
  while (
    end + frameHeaderBytes + pageBytes <= log.length &&
    log.subarray(end + frameSaltsAt, end + frameSaltsAt + 8).equals(salts)
  )
    end += frameHeaderBytes + pageBytes;
  return end;
}
