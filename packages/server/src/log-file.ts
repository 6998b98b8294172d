import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

export const logFileLimits = {
  /** Past it the file becomes `<path>.1`, in place of an older one. */
  bytesMax: 16 * 1_048_576,
} as const;

/**
 * Lines in a file that only its owner reads, written at once. Never throws and never grows without end: what a full disk does
 * not take is left out, because no command may fail for a line about it.
 */
export class LogFile {
  private readonly path: string;
  private readonly bytesMax: number;
  private descriptor: number;
  private bytes: number;
  /** The last line was cut off in the middle. */
  private isBroken = false;

  /** @throws when the file cannot be made. */
  constructor(path: string, bytesMax: number = logFileLimits.bytesMax) {
    this.path = path;
    this.bytesMax = bytesMax;
    this.descriptor = openSync(path, 'a', 0o600);
    this.bytes = fstatSync(this.descriptor).size;
  }

  write(line: string): void {
    try {
      if (this.bytes > this.bytesMax) this.rotate();
      const bytes = Buffer.from(this.isBroken ? `\n${line}` : line);
      const written = writeSync(this.descriptor, bytes);
      this.bytes += written;
      this.isBroken = written === 0 ? this.isBroken : written < bytes.length;
    } catch {
      // Nowhere to say it.
    }
  }

  private rotate(): void {
    renameSync(this.path, `${this.path}.1`);
    const fresh = openSync(this.path, 'a', 0o600);
    closeSync(this.descriptor);
    this.descriptor = fresh;
    this.bytes = 0;
  }
}
