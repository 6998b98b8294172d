import { copyFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { logFileLimits } from '../log-file.ts';

const lookEveryMs = 1_000;

export interface EngineLogsOptions {
  /** Past it what a file has goes to `<path>.1`, in place of what was there. */
  readonly bytesMax?: number;
}

/**
 * Keeps files small that engines append to. They hold them open, also when this process is killed, so a file is not moved away
 * from under them but emptied; a line that comes in that moment is lost. Never throws.
 */
export class EngineLogs implements Disposable {
  private readonly paths = new Set<string>();
  private readonly bytesMax: number;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor({ bytesMax = logFileLimits.bytesMax }: EngineLogsOptions = {}) {
    this.bytesMax = bytesMax;
    this.timer = setInterval(() => this.look(), lookEveryMs);
  }

  add(path: string): void {
    this.paths.add(path);
  }

  /** Empties what has become too large. Called from time to time. */
  look(): void {
    for (const path of this.paths)
      try {
        if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > this.bytesMax) empty(path);
      } catch {
        // Nowhere to say it, and the next look tries again.
      }
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
  }
}

/** Also when the disk has no room for the older half. */
function empty(path: string): void {
  const older = `${path}.1`;
  try {
    copyFileSync(path, older);
  } catch {
    rmSync(older, { recursive: true, force: true });
  }
  truncateSync(path, 0);
}
