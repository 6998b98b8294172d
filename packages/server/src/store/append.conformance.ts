import { expect } from 'bun:test';
import fc from 'fast-check';
import type { Store } from './store.ts';
import { addGroup, addUser, draft, memberRow, numbersOf, send, setStatus, type Rule } from './conformance-world.ts';

async function world(store: Store) {
  const user = await addUser(store);
  const group = await addGroup(store, [user]);
  return { user, group };
}

export function appendRules(rule: Rule): void {
  orderRules(rule);
  repeatRules(rule);
  membershipRules(rule);
  cursorRules(rule);
}

function orderRules(rule: Rule): void {
  rule(
    'S3 seq and version have no hole whatever runs at once, and follow the order of each batch',
    async ({ store }) => {
      const user = await addUser(store);
      const groups = await Promise.all([1, 2, 3].map(() => addGroup(store, [user])));
      const versions = new Map(groups.map((group) => [group, [] as number[]]));
      const commit = async () => {
        const messages = Array.from({ length: 12 }, (_, index) => draft(groups[index % 3]!, user));
        const acks = (await send(store, ...messages)).map((outcome) => (outcome.ok ? outcome.ack : undefined));
        for (const [index, ack] of acks.entries()) versions.get(messages[index]!.conversationId)!.push(ack!.version);
        for (let index = 3; index < acks.length; index++)
          expect(acks[index]!.seq).toBeGreaterThan(acks[index - 3]!.seq);
      };
      const change = async (group: number) => {
        versions.get(group)!.push(await store.write((tx) => store.nextVersion(tx, group, 1)));
      };
      await Promise.all([
        ...Array.from({ length: 10 }, commit),
        ...groups.flatMap((group) => [change(group), change(group)]),
      ]);
      for (const [group, seen] of versions) {
        expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 42 }, (_, index) => index + 1));
        expect((await numbersOf(store, group)).map((row) => row.seq)).toEqual(
          Array.from({ length: 40 }, (_, i) => i + 1),
        );
        const head = await store.db.selectFrom('conversations').selectAll().where('id', '=', group).executeTakeFirst();
        expect(head).toMatchObject({ seq: 40, version: 42 });
      }
    },
  );

  rule(
    'S3 a message appended inside a write is numbered like any other, whoever sent it, or not there at all',
    async ({ store }) => {
      const { user, group } = await world(store);
      await send(store, draft(group, user));
      await setStatus(store, { conversationId: group, userId: user }, 'left');
      const append = (isFailing: boolean) =>
        store.write(async (tx) => {
          const outcome = await store.append(tx, draft(group, user));
          if (isFailing) throw new Error('halfway');
          return outcome;
        });
      expect(append(true)).rejects.toThrow('halfway');
      expect(await append(false)).toMatchObject({ ok: true, ack: { seq: 2, version: 2 } });
      expect(await numbersOf(store, group)).toHaveLength(2);
    },
  );

  rule('S8 createdAt never goes back, whatever the clock does', async ({ store }) => {
    const { user, group } = await world(store);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 8 }), async (times) => {
        await send(store, ...times.map((now) => draft(group, user, { now })));
        const created = (await numbersOf(store, group)).map((row) => row.created_at);
        expect(created).toEqual(created.toSorted((a, b) => a - b));
      }),
      { numRuns: 15 },
    );
  });
}

function repeatRules(rule: Rule): void {
  rule('S4 the same message again answers the first ack, also within one batch', async ({ store }) => {
    const { user, group } = await world(store);
    const message = draft(group, user);
    const [first, second] = await send(store, message, { ...message, id: '1', now: 5_000 });
    const [third] = await send(store, { ...message, id: '2' });
    expect(first).toMatchObject({ ok: true, isRepeat: false, ack: { id: message.id, seq: 1, version: 1 } });
    expect(second).toEqual({ ...first!, isRepeat: true } as typeof first);
    expect(third).toEqual(second);
    expect(await numbersOf(store, group)).toHaveLength(1);
  });

  rule('S4 a repeat answers the first version even after the message was edited', async ({ store }) => {
    const { user, group } = await world(store);
    const message = draft(group, user);
    await send(store, message);
    await store.write(async (tx) => {
      const version = await store.nextVersion(tx, group, 2);
      await tx.updateTable('messages').set({ version }).where('conversation_id', '=', group).execute();
    });
    expect(await send(store, message)).toMatchObject([{ ok: true, isRepeat: true, ack: { version: 1 } }]);
  });

  rule('S4 the same key with another body is a conflict, also within one batch', async ({ store }) => {
    const { user, group } = await world(store);
    const message = draft(group, user);
    const conflict = { ok: false, code: 'client-msg-id-conflict' } as const;
    const other = { ...message, bodyHash: 'other' };
    expect((await send(store, message, other))[1]).toEqual(conflict);
    expect(await send(store, other)).toEqual([conflict]);
  });

  rule('S4 the key counts per sender and conversation', async ({ store }) => {
    const users = [await addUser(store), await addUser(store)] as const;
    const groups = [await addGroup(store, users), await addGroup(store, users)] as const;
    const messages = groups.flatMap((group) => users.map((user) => draft(group, user, { clientMsgId: 'same' })));
    expect((await send(store, ...messages)).every((outcome) => outcome.ok && !outcome.isRepeat)).toBe(true);
  });

  rule('S4 a retry of what was stored is acked even after its sender left', async ({ store }) => {
    const { user, group } = await world(store);
    const message = draft(group, user);
    await send(store, message);
    await setStatus(store, { conversationId: group, userId: user }, 'removed');
    expect(await send(store, message)).toMatchObject([{ ok: true, isRepeat: true }]);
  });

  rule('S5 refused entries take no number and disturb no others', async ({ store }) => {
    const { user, group } = await world(store);
    const message = draft(group, user);
    const batch = [
      message,
      draft(group, user + 1_000),
      draft(9_999, user),
      { ...message, bodyHash: 'other' },
      draft(group, user),
    ];
    const outcomes = await send(store, ...batch);
    const codes = outcomes.map((outcome) => (outcome.ok ? outcome.ack.seq : outcome.code));
    expect(codes).toEqual([1, 'not-member', 'not-found', 'client-msg-id-conflict', 2]);
  });
}

function membershipRules(rule: Rule): void {
  rule('S6 who is no active member at the moment of the commit is refused', async ({ store }) => {
    const { user, group } = await world(store);
    for (const status of ['left', 'removed', 'banned'] as const) {
      const former = await addUser(store);
      await store.write((tx) => tx.insertInto('members').values(memberRow(group, former)).execute());
      expect(await send(store, draft(group, former))).toMatchObject([{ ok: true }]);
      await setStatus(store, { conversationId: group, userId: former }, status);
      expect(await send(store, draft(group, former), draft(group, user))).toMatchObject([
        { ok: false, code: 'not-member' },
        { ok: true },
      ]);
    }
  });

  rule('S6 mentions are kept with the message, once', async ({ store }) => {
    const { user, group } = await world(store);
    await send(store, draft(group, user, { mentions: [user, user, 77] }));
    const rows = await store.db.selectFrom('mentions').selectAll().orderBy('user_id').execute();
    expect(rows).toEqual(
      [user, 77].toSorted((a, b) => a - b).map((user_id) => ({ user_id, conversation_id: group, seq: 1 })),
    );
  });
}

function cursorRules(rule: Rule): void {
  rule('S7 cursors only grow, and read ≤ delivered ≤ seq', async ({ store }) => {
    const { user, group } = await world(store);
    const seq = 20;
    await send(store, ...Array.from({ length: seq }, () => draft(group, user)));
    const position = fc.option(fc.integer({ min: 0, max: seq + 10 }), { nil: undefined });
    const move = fc.record({ readSeq: position, deliveredSeq: position });
    let before = { readSeq: 0, deliveredSeq: 0 };
    await fc.assert(
      fc.asyncProperty(move, async ({ readSeq, deliveredSeq }) => {
        const place = { conversationId: group, userId: user, now: 1 };
        const moves = [
          {
            ...place,
            ...(readSeq === undefined ? {} : { readSeq }),
            ...(deliveredSeq === undefined ? {} : { deliveredSeq }),
          },
        ];
        const after = (await store.commit({ messages: [], cursors: moves })).cursors[0]!;
        expect(after.readSeq).toBe(Math.max(before.readSeq, Math.min(readSeq ?? 0, seq)));
        expect(after.deliveredSeq).toBe(Math.max(before.deliveredSeq, after.readSeq, Math.min(deliveredSeq ?? 0, seq)));
        expect(after.hasMoved).toBe(after.readSeq > before.readSeq || after.deliveredSeq > before.deliveredSeq);
        before = after;
      }),
      { numRuns: 60 },
    );
  });

  rule(
    'S7 a cursor moves past messages of its own batch; that of no active member moves nothing',
    async ({ store }) => {
      const { user, group } = await world(store);
      const move = { conversationId: group, userId: user, readSeq: 1, now: 7 };
      const stranger = { ...move, userId: user + 1_000 };
      const outcome = await store.commit({ messages: [draft(group, user)], cursors: [move, stranger, move] });
      expect(outcome.cursors).toEqual([
        { readSeq: 1, deliveredSeq: 1, hasMoved: true },
        undefined,
        { readSeq: 1, deliveredSeq: 1, hasMoved: false },
      ]);
      const row = await store.db.selectFrom('members').selectAll().where('user_id', '=', user).executeTakeFirst();
      expect(row).toMatchObject({ read_seq: 1, delivered_seq: 1, changed_at: 7 });
    },
  );
}
