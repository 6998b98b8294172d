import { expect } from 'bun:test';
import fc from 'fast-check';
import { addGroup, addUser, draft, memberRow, send, type Rule } from './conformance-world.ts';
import { UniqueViolation, type Store } from './store.ts';

/** Any text a store must keep: no U+0000, no half of a surrogate pair. */
const text = fc
  .string({ unit: 'binary', maxLength: 50 })
  .filter((value) => !value.includes('\0') && value.isWellFormed());

export function valueRules(rule: Rule): void {
  rule('S9 a unique violation names its table and columns', async ({ store }) => {
    const add = (name_key: string) => {
      const values = { name: 'x', name_key, display_name: 'x', kind: 'person', created_at: 1 } as const;
      return store.write((tx) => tx.insertInto('users').values(values).execute());
    };
    await add('twice');
    const error = await add('twice').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UniqueViolation);
    expect((error as UniqueViolation).constraint).toBe('users.name_key');
    await add('thrice');
  });

  rule('S9 a violated key of two columns names both', async ({ store }) => {
    const add = () => store.write((tx) => tx.insertInto('members').values(memberRow(1, 2)).execute());
    await add();
    const error = await add().catch((reason: unknown) => reason);
    expect((error as UniqueViolation).constraint).toBe('members.conversation_id,user_id');
  });

  rule('S10 a text with U+0000 is asked for and stored without harm, and taken for no other', async ({ store }) => {
    const add = (name_key: string) => {
      const values = { name: name_key, name_key, display_name: 'x', kind: 'person', created_at: 1 } as const;
      return store.write((tx) => tx.insertInto('users').values(values).execute());
    };
    await add('plain');
    for (const name_key of ['\0', 'plain\0', '\0plain', 'pl\0ain']) {
      expect(await store.db.selectFrom('users').select('id').where('name_key', '=', name_key).execute()).toEqual([]);
      await add(name_key);
    }
  });

  rule('S10 integers up to 2^53 − 1 come back as numbers, text byte for byte', async ({ store }) => {
    const time = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    await fc.assert(
      fc.asyncProperty(text, time, async (value, replaced_at) => {
        const row = { conversation_id: 1, seq: 1, version: Number.MAX_SAFE_INTEGER, content: value, replaced_at };
        await store.write(async (tx) => {
          await tx.deleteFrom('revisions').execute();
          await tx.insertInto('revisions').values(row).execute();
        });
        expect(await store.db.selectFrom('revisions').selectAll().execute()).toEqual([row]);
      }),
      { numRuns: 50 },
    );
  });

  rule('S10 a message comes back as it was sent', async ({ store }) => {
    const user = await addUser(store);
    const group = await addGroup(store, [user]);
    const message = draft(group, user, {
      text: 'Grüße 👩‍👩‍👧‍👦 再来',
      id: '9007199254740993',
      replyTo: 3,
      now: 1_767_225_600_000,
    });
    await send(store, message);
    const row = await store.db.selectFrom('messages').selectAll().executeTakeFirstOrThrow();
    expect(JSON.parse(row.content)).toEqual(message.content);
    expect(row).toMatchObject({
      id: message.id,
      client_msg_id: message.clientMsgId,
      body_hash: message.bodyHash,
      sender_id: user,
      reply_to: 3,
      created_at: message.now,
      edited_at: null,
      reactions: null,
    });
  });

  rule('S10 the lobby is conversation 1, an open room nobody owns', async ({ store, reopen }) => {
    const lobby = { id: 1, kind: 'room', title: 'Lobby', is_listed: 1, owner_id: null };
    const conversations = (open: Store) => open.db.selectFrom('conversations').selectAll().execute();
    expect(await conversations(store)).toMatchObject([lobby]);
    expect(await conversations(await reopen())).toMatchObject([lobby]);
  });

  rule('S10 a row that is inserted tells its id, and whether there was one already', async ({ store }) => {
    const group = { kind: 'group', title: 'x', changed_at: 1, created_at: 1 } as const;
    const [{ id }, row] = await store.write(async (tx) => {
      const inserted = await tx.insertInto('conversations').values(group).returning('id').executeTakeFirstOrThrow();
      return [inserted, await tx.selectFrom('conversations').select('id').orderBy('id', 'desc').executeTakeFirst()];
    });
    expect(row).toEqual({ id });
    const hide = () =>
      store.write((tx) =>
        tx
          .insertInto('hidden')
          .values({ conversation_id: id, user_id: 1, seq: 1 })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst(),
      );
    expect([await hide(), await hide()]).toMatchObject([
      { numInsertedOrUpdatedRows: 1n },
      { numInsertedOrUpdatedRows: 0n },
    ]);
  });

  rule('S10 ids of users and conversations are never given out twice', async ({ store }) => {
    const user = await addUser(store);
    const group = await addGroup(store, []);
    await store.write(async (tx) => {
      await tx.deleteFrom('users').where('id', '=', user).execute();
      await tx.deleteFrom('conversations').where('id', '=', group).execute();
    });
    expect(await addUser(store)).toBeGreaterThan(user);
    expect(await addGroup(store, [])).toBeGreaterThan(group);
  });
}
