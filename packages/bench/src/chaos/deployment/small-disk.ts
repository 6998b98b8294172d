import { mkdtempSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The log alone may have 64 MB before it is written back. */
const diskBytes = 256 * 1_048_576;
const firstBlockBytes = 16 * 1_048_576;
const fillName = 'fill';

/** A folder on a disk of its own that is small enough to fill. */
export class SmallDisk implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Undefined where this user may not mount. */
  static tryMount(): SmallDisk | undefined {
    const path = mkdtempSync(join(tmpdir(), 'parley-disk-'));
    const mount = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', `size=${diskBytes}`, 'tmpfs', path], {
      stderr: 'ignore',
    });
    if (mount.success) return new SmallDisk(path);
    rmdirSync(path);
    return undefined;
  }

  /** Not a byte fits any more. @returns the function that makes room again. */
  fill(): () => void {
    const path = join(this.path, fillName);
    for (let size = firstBlockBytes; size >= 1; size = Math.floor(size / 2)) while (append(path, size));
    return () => rmSync(path, { force: true });
  }

  [Symbol.dispose](): void {
    Bun.spawnSync(['umount', '-l', this.path]);
    rmdirSync(this.path);
  }
}

function append(path: string, bytes: number): boolean {
  try {
    writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    return true;
  } catch {
    return false; // What is left is smaller.
  }
}
