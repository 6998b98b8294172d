import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParleyError } from '@parley/protocol';
import { addGroup, addUser, draft } from '../store/conformance-world.ts';
import { SqliteStore } from '../store/sqlite.ts';
import type { FaultPoint } from './fault-points.ts';
import { Faults } from './faults.ts';
import { FaultyStore } from './faulty-store.ts';

class Recording extends Faults {
  readonly passed: FaultPoint[] = [];
  onPassed: () => void = () => undefined;

  override at(name: FaultPoint): Promise<void> | undefined {
    this.note(name);
    return super.at(name);
  }

  override atOnce(name: FaultPoint): void {
    this.note(name);
    super.atOnce(name);
  }

  private note(name: FaultPoint): void {
    this.passed.push(name);
    this.onPassed();
  }
}

async function openFaulty() {
  const folder = mkdtempSync(join(tmpdir(), 'parley-faulty-'));
  const path = join(folder, 'parley.sqlite');
  const faults = new Recording();
  const sqlite = await SqliteStore.open(path, {
    insideCommit: () => faults.atOnce('commit.inside'),
    cacheBytes: 4_096,
  });
  const store = new FaultyStore(sqlite, faults);
  return {
    store,
    sqlite,
    faults,
    logBytes: () => statSync(`${path}-wal`).size,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const codeOf = (error: unknown): unknown => (error instanceof ParleyError ? error.code : error);

test('F1 a commit and a write pass the points before, inside and after', async () => {
  await using subject = await openFaulty();
  const { store, faults } = subject;
  const user = await addUser(store);
  expect(faults.passed.splice(0)).toEqual(['commit.before', 'commit.inside', 'commit.after']);
  const group = await addGroup(store, [user]);
  faults.passed.splice(0);
  await store.commit({
    messages: [draft(group, user)],
    cursors: [{ conversationId: group, userId: user, readSeq: 1, now: 1 }],
  });
  expect(faults.passed).toEqual(['cursor.before', 'commit.before', 'commit.inside', 'commit.after']);
});

test('D1 F1 what fails inside a commit was not stored, what fails after it was', async () => {
  await using subject = await openFaulty();
  const { store, faults } = subject;
  const user = await addUser(store);
  const group = await addGroup(store, [user]);
  const seqs = async () => (await store.db.selectFrom('messages').select('seq').execute()).map(({ seq }) => seq);
  faults.arm('commit.inside', { action: 'fail', stallMs: 0, skip: 0, times: 1 });
  expect(await store.commit({ messages: [draft(group, user)], cursors: [] }).catch(codeOf)).toBe('unavailable');
  expect(await seqs()).toEqual([]);
  faults.arm('commit.after', { action: 'fail', stallMs: 0, skip: 0, times: 1 });
  expect(await store.commit({ messages: [draft(group, user)], cursors: [] }).catch(codeOf)).toBe('deadline-exceeded');
  expect(await seqs()).toEqual([1]);
});

test('F5 at the point inside a commit the log has a part of what is not committed', async () => {
  await using subject = await openFaulty();
  const { store, faults, logBytes } = subject;
  const user = await addUser(store);
  const group = await addGroup(store, [user]);
  const before = logBytes();
  let inside = 0;
  faults.onPassed = () => (inside = faults.passed.at(-1) === 'commit.inside' ? logBytes() : inside);
  await store.commit({ messages: [draft(group, user)], cursors: [] });
  expect(inside).toBeGreaterThan(before);
});

test('D11 F5 a store that is read-only refuses to write, and reads', async () => {
  await using subject = await openFaulty();
  const { store, sqlite } = subject;
  await addUser(store);
  sqlite.isReadOnly = true;
  expect(sqlite.isReadOnly).toBe(true);
  expect(await addUser(store).catch(codeOf)).toBe('unavailable');
  expect(await store.commit({ messages: [draft(1, 1)], cursors: [] }).catch(codeOf)).toBe('unavailable');
  expect(await store.db.selectFrom('users').select('id').execute()).toHaveLength(1);
  sqlite.isReadOnly = false;
  await addUser(store);
});
