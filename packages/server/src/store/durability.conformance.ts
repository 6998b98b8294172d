import { expect } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import { addGroup, addUser, draft, find, numbersOf, send, type Rule } from './conformance-world.ts';

const acksBeforeKill = 60;

export function durabilityRules(rule: Rule): void {
  rule(
    'S1 what was acked is there after the process was killed, without a hole',
    async ({ store, reopen, killable }) => {
      const user = await addUser(store);
      const group = await addGroup(store, [user]);
      const acked = await acksUntilKilled([...killable, String(group), String(user)]);
      const after = await reopen();
      const rows = await after.db.selectFrom('messages').select(['client_msg_id', 'seq']).orderBy('seq').execute();
      const stored = new Set(rows.map((row) => row.client_msg_id));
      expect(acked.filter((id) => !stored.has(id))).toEqual([]);
      expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
      expect(await send(after, draft(group, user))).toMatchObject([{ ok: true, ack: { seq: rows.length + 1 } }]);
    },
  );

  rule(
    'S1 a read that begins after a write or a commit sees it, also after opening again',
    async ({ store, reopen }) => {
      const user = await addUser(store);
      const group = await addGroup(store, [user]);
      await send(store, draft(group, user));
      expect(await numbersOf(store, group)).toHaveLength(1);
      expect(await numbersOf(await reopen(), group)).toHaveLength(1);
    },
  );

  rule('S2 a write that fails halfway did nothing', async ({ store }) => {
    const group = await addGroup(store, []);
    const defect = new Error('halfway');
    const write = store.write(async (tx) => {
      await store.nextVersion(tx, group, 5);
      await tx.updateTable('conversations').set({ title: 'changed' }).where('id', '=', group).execute();
      throw defect;
    });
    expect(await write.catch((error: unknown) => error)).toBe(defect);
    const row = await store.db
      .selectFrom('conversations')
      .selectAll()
      .where('id', '=', group)
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ version: 0, changed_at: 1 });
    expect(row.title).not.toBe('changed');
  });

  rule('S2 writes run one after the other, and see each other', async ({ store }) => {
    const group = await addGroup(store, []);
    const add = () =>
      store.write(async (tx) => {
        const query = tx.selectFrom('conversations').select('member_count').where('id', '=', group);
        const { member_count: before } = await query.executeTakeFirstOrThrow();
        await Promise.resolve();
        await tx
          .updateTable('conversations')
          .set({ member_count: before + 1 })
          .where('id', '=', group)
          .execute();
      });
    await Promise.all(Array.from({ length: 20 }, add));
    const query = store.db.selectFrom('conversations').select('member_count').where('id', '=', group);
    expect(await query.executeTakeFirst()).toEqual({ member_count: 20 });
  });

  rule('S12 after close every call rejects with unavailable, and close again is fine', async ({ store }) => {
    const user = await addUser(store);
    const group = await addGroup(store, [user]);
    await store.close();
    await store.close();
    const calls = [
      send(store, draft(group, user)),
      store.write(async () => {}),
      store.db.selectFrom('users').selectAll().execute(),
      store.index(),
      find(store, group, 'hello'),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: new ParleyError('unavailable') });
    }
  });

  rule('S12 close waits for the write that runs, and that write is done', async ({ store, reopen }) => {
    const group = await addGroup(store, []);
    const started = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const write = store.write(async (tx) => {
      started.resolve();
      await goOn.promise;
      await store.nextVersion(tx, group, 9);
    });
    await started.promise;
    const closing = store.close();
    goOn.resolve();
    await Promise.all([write, closing]);
    const query = (await reopen()).db.selectFrom('conversations').select('version').where('id', '=', group);
    expect(await query.executeTakeFirst()).toEqual({ version: 1 });
  });
}

/** Runs the program until it has acked enough, kills it, and says which ids it had printed. */
async function acksUntilKilled(command: readonly string[]): Promise<string[]> {
  const child = Bun.spawn([...command], { stdout: 'pipe', stderr: 'inherit' });
  const decoder = new TextDecoder();
  let printed = '';
  for await (const bytes of child.stdout) {
    printed += decoder.decode(bytes, { stream: true });
    if (printed.split('\n').length > acksBeforeKill) child.kill('SIGKILL');
  }
  await child.exited;
  expect(child.signalCode).toBe('SIGKILL');
  return printed.split('\n').slice(0, -1);
}
