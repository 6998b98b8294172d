import { afterAll, describe, expect, spyOn, test } from 'bun:test';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openFileStorage } from './file-storage.ts';
import { storageConformance } from './storage.conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

storageConformance('file', { open: (place) => openFileStorage(join(folder, place)), isLasting: true });

const at = (name: string): string => join(folder, name);

describe('a file', () => {
  test('F5 what a crash cut off is forgotten, and everything before it stays', async () => {
    const path = at('torn');
    await using(path, async (storage) => {
      await storage.set('a', 'one');
      await storage.set('b', 'two');
    });
    const whole = statSync(path).size;
    for (let cut = whole - 1; cut > whole - 10; cut--) {
      truncateSync(path, cut);
      await using(path, async (storage) => {
        expect([await storage.get('a'), await storage.get('b')]).toEqual(['one', undefined]);
        await storage.set('c', 'three');
      });
      await using(path, async (storage) => {
        expect([await storage.get('a'), await storage.get('c')]).toEqual(['one', 'three']);
        await storage.delete('c');
        await storage.set('b', 'two');
      });
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('["c","three"]\n', '').replaceAll('["c"]\n', ''));
    }
  });

  test('F6 what a full disk cut off in the middle takes nothing else with it', async () => {
    const path = at('full');
    await using(path, async (storage) => {
      await storage.set('a', 'one');
      await whileWritesAreCut(async () => expect(await codeOf(storage.set('b', 'two'))).toBe('ENOSPC'));
      await storage.set('c', 'three');
    });
    await using(path, async (storage) => {
      expect([await storage.get('a'), await storage.get('b'), await storage.get('c')]).toEqual(['one', 'two', 'three']);
    });
  });

  test('F1 a write is on the disk before it resolves', async () => {
    await using(at('flushed'), async (storage) => {
      await storage.set('a', 'one');
      using flushed = spyOn(await prototypeOfHandles(), 'datasync');
      await storage.set('b', 'two');
      expect(flushed).toHaveBeenCalledTimes(1);
    });
  });

  test('a damaged line takes no other with it', async () => {
    const path = at('damaged');
    await using(path, (storage) => storage.set('a', 'one'));
    appendFileSync(path, '\u0000\u0000 nothing\n[1,2]\n["b","two"]\n');
    await using(path, async (storage) => expect(await storage.keys('')).toEqual(['a', 'b']));
  });

  test('only its owner may read it, and one process at a time has it', async () => {
    const path = at('own');
    writeFileSync(path, '', { mode: 0o644 });
    await using(path, async (storage) => {
      await storage.set('a', 'secret');
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(`${path}.lock`).mode & 0o777).toBe(0o600);
      expect(await codeOf(openFileStorage(path))).toBe('unavailable');
      expect(await inOtherProcess(path)).toContain(`in use by process ${process.pid}`);
    });
    expect(await inOtherProcess(path)).toBe('opened');
  });

  test('however its path is written, and from whichever thread, it is one file', async () => {
    await using(at('once'), async () => {
      expect(await codeOf(openFileStorage(relative(process.cwd(), at('once'))))).toBe('unavailable');
      expect(await inThread(at('once'))).toBe('unavailable');
    });
    expect(await inThread(at('once'))).toBe('opened');
  });

  test('what a killed process left is taken over', async () => {
    const path = at('killed');
    expect(await inOtherProcess(path)).toBe('opened');
    expect(existsSync(`${path}.lock`)).toBe(true);
    await using(path, async (storage) => expect(await storage.get('from')).toBe('there'));
    // Another process of the same number, begun at another time.
    writeFileSync(`${path}.lock`, `${process.ppid} 1`);
    await using(path, async (storage) => expect(await storage.get('from')).toBe('there'));
  });

  test('its size follows what it holds, not what was ever written', async () => {
    const path = at('small');
    await using(path, async (storage) => {
      for (let round = 0; round < 200; round++) {
        await Promise.all(Array.from({ length: 20 }, (_, n) => storage.set(`k${n}`, 'x'.repeat(1_000))));
        await Promise.all(Array.from({ length: 19 }, (_, n) => storage.delete(`k${n}`)));
      }
    });
    expect(statSync(path).size).toBeLessThan(120_000);
    await using(path, async (storage) => expect(await storage.keys('')).toEqual(['k19']));
  });

  test('after close nothing is taken any more', async () => {
    const storage = await openFileStorage(at('closed'));
    const last = storage.set('a', 'one');
    await storage.close();
    await last;
    expect(await codeOf(storage.set('b', 'two'))).toBe('unavailable');
    await using(at('closed'), async (later) => expect(await later.keys('')).toEqual(['a']));
  });
});

type Storage = Awaited<ReturnType<typeof openFileStorage>>;

async function using(path: string, work: (storage: Storage) => Promise<void>): Promise<void> {
  await using storage = await openFileStorage(path);
  await work(storage);
}

/** @returns what became of opening it there. */
async function inThread(path: string): Promise<unknown> {
  const program = `
    import { parentPort } from 'node:worker_threads';
    import { openFileStorage } from ${JSON.stringify(join(import.meta.dir, 'file-storage.ts'))};
    openFileStorage(${JSON.stringify(path)}).then(
      async (storage) => (await storage.close(), parentPort.postMessage('opened')),
      (error) => parentPort.postMessage(error.code),
    );`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.once('message', resolve).once('error', reject);
  const outcome = await promise;
  await worker.terminate();
  return outcome;
}

async function prototypeOfHandles(): Promise<FileHandle> {
  await using handle = await open(import.meta.path);
  return Object.getPrototypeOf(handle) as FileHandle;
}

/** Half of what is appended is on the disk, and then it is full. */
async function whileWritesAreCut(work: () => Promise<void>): Promise<void> {
  using _cut = spyOn(await prototypeOfHandles(), 'appendFile').mockImplementation(async function (
    this: FileHandle,
    text: string | Uint8Array,
  ) {
    await this.write(String(text).slice(0, text.length / 2));
    throw Object.assign(new Error('No space left.'), { code: 'ENOSPC' });
  });
  await work();
}

/** Opens, writes and ends without closing. */
async function inOtherProcess(path: string): Promise<string> {
  const program = `
    import { openFileStorage } from ${JSON.stringify(join(import.meta.dir, 'file-storage.ts'))};
    try {
      const storage = await openFileStorage(${JSON.stringify(path)});
      await storage.set('from', 'there');
      console.log('opened');
    } catch (error) {
      console.log(error.message);
    }
    process.kill(process.pid, 'SIGKILL');`;
  const child = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe', stderr: 'inherit' });
  await child.exited;
  return (await new Response(child.stdout).text()).trim();
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'resolved',
    (error: unknown) => (error as { code?: unknown }).code,
  );
}
