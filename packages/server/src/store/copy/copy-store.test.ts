import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../sqlite.ts';
import { copyConformance, type SideUnderTest } from './copy.conformance.ts';

async function openNew(): Promise<SideUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-copy-'));
  const store = await SqliteStore.open(join(folder, 'parley.sqlite'));
  return {
    side: { store, engine: 'sqlite' },
    [Symbol.asyncDispose]: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

copyConformance('SQLite to SQLite', { openSource: openNew, openTarget: openNew, slowMs: 60_000 });
