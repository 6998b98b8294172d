import { expect } from 'bun:test';
import type { Content } from '@parley/protocol';
import fc from 'fast-check';
import { addGroup, addUser, draft, find, send, type Rule } from './conformance-world.ts';
import type { Store } from './store.ts';

async function said(store: Store, ...texts: readonly string[]) {
  const user = await addUser(store);
  const group = await addGroup(store, [user]);
  await send(store, ...texts.map((text) => draft(group, user, { text })));
  return { user, group };
}

async function replace(store: Store, [group, seq]: readonly [number, number], content: Content): Promise<void> {
  await store.write(async (tx) => {
    const version = await store.nextVersion(tx, group, 1);
    const change = { version, content: JSON.stringify(content) };
    await tx.updateTable('messages').set(change).where('conversation_id', '=', group).where('seq', '=', seq).execute();
  });
}

export function searchRules(rule: Rule): void {
  matchRules(rule);
  changeRules(rule);
  scopeRules(rule);
}

function matchRules(rule: Rule): void {
  rule('S11 words of two Chinese characters are found, single ones too, and only as they stand', async ({ store }) => {
    const { group } = await said(store, '我们明天去北京开会', '北面的京城', '明天 天气', 'no Chinese');
    expect(await find(store, group, '北京')).toEqual([1]);
    expect(await find(store, group, '京')).toEqual([2, 1]);
    expect(await find(store, group, '明天去')).toEqual([1]);
    expect(await find(store, group, '明天天气')).toEqual([]);
    expect(await find(store, group, '京 面')).toEqual([2]);
  });

  rule(
    'S11 Latin words are found without regard to case and width, the last one by its beginning',
    async ({ store }) => {
      const { group } = await said(store, 'Deploy the Server tonight', 'servers are down', 'ＦＵＬＬ width', 'a b c');
      expect(await find(store, group, 'SERVER')).toEqual([2, 1]);
      expect(await find(store, group, 'server ton')).toEqual([1]);
      expect(await find(store, group, 'serv down')).toEqual([]);
      expect(await find(store, group, 'full')).toEqual([3]);
      expect(await find(store, group, 'b')).toEqual([4]);
    },
  );

  rule('S11 every message is found by each of its words', async ({ store }) => {
    const user = await addUser(store);
    const group = await addGroup(store, [user]);
    const word = fc.oneof(fc.stringMatching(/^[a-zäöß0-9]{1,12}$/), fc.stringMatching(/^[一-鿋あ-ん가-힣]{1,6}$/u));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 6 }), async (words) => {
        const [outcome] = await send(store, draft(group, user, { text: words.join(' ') }));
        const seq = outcome?.ok ? outcome.ack.seq : 0;
        for (const word of words) expect(await find(store, group, word)).toContain(seq);
        expect(await find(store, group, words.join(' '))).toContain(seq);
      }),
      { numRuns: 20 },
    );
  });

  rule('S11 no query is an error, whatever it holds', async ({ store }) => {
    const { group } = await said(store, 'hello');
    for (const text of [
      '"',
      'NEAR(a b)',
      'words:x',
      '*',
      'a OR',
      '-',
      '^hello',
      '{place}:c1',
      "'); drop",
      '()',
      'AND',
      '\0x',
    ]) {
      await find(store, group, text);
    }
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 30 }), async (text) => {
        await find(store, group, text);
      }),
      { numRuns: 50 },
    );
  });

  rule('S11 strings of a custom message are found, what the system says is not', async ({ store }) => {
    const { user, group } = await said(store);
    const custom: Content = { type: 'custom', data: { poll: { question: 'Lunch?', options: ['soup', 5] } } };
    await send(store, draft(group, user, { content: custom }));
    await send(store, draft(group, user, { content: { type: 'system', system: { event: 'title', title: 'soup' } } }));
    expect(await find(store, group, 'soup')).toEqual([1]);
  });
}

function changeRules(rule: Rule): void {
  rule('S11 an edited message is found by its new text only', async ({ store }) => {
    const { group } = await said(store, 'first words');
    expect(await find(store, group, 'first')).toEqual([1]);
    await replace(store, [group, 1], { type: 'text', text: 'second words' });
    expect(await find(store, group, 'first')).toEqual([]);
    expect(await find(store, group, 'second')).toEqual([1]);
    expect(await find(store, group, 'words')).toEqual([1]);
  });

  rule('S11 a recalled message is found by nothing, before and after it was indexed', async ({ store }) => {
    const { user, group } = await said(store, 'secret one', 'secret two', 'open');
    await replace(store, [group, 1], { type: 'recalled', byUserId: user });
    expect(await find(store, group, 'secret')).toEqual([2]);
    await replace(store, [group, 2], { type: 'recalled', byUserId: user });
    expect(await find(store, group, 'secret')).toEqual([]);
  });

  rule('S11 a change that touches no message is passed over', async ({ store }) => {
    const { user, group } = await said(store, 'before');
    await store.write((tx) => store.nextVersion(tx, group, 1));
    await send(store, draft(group, user, { text: 'after' }));
    expect(await find(store, group, 'before')).toEqual([1]);
    await store.write((tx) => store.nextVersion(tx, group, 1));
    expect(await find(store, group, 'after')).toEqual([2]);
  });

  rule('S11 more messages than one step takes are all found, in whatever conversations', async ({ store }) => {
    const user = await addUser(store);
    const groups = [await addGroup(store, [user]), await addGroup(store, [user])] as const;
    await send(
      store,
      ...Array.from({ length: 900 }, (_, i) => draft(groups[i % 3 === 0 ? 0 : 1], user, { text: `n${i}` })),
    );
    expect(await find(store, groups[0], 'n0')).toEqual([1]);
    expect(await find(store, groups[0], 'n897')).toEqual([300]);
    expect(await find(store, groups[1], 'n899')).toEqual([600]);
  });

  rule('S11 what was written before the store was opened again is indexed', async ({ store, reopen }) => {
    const { group } = await said(store, 'before the restart');
    expect(await find(await reopen(), group, 'restart')).toEqual([1]);
  });
}

function scopeRules(rule: Rule): void {
  rule('S11 only the given conversations are searched, each from where one may read', async ({ store }) => {
    const { group } = await said(store, 'word 1', 'word 2', 'word 3');
    const { group: other } = await said(store, 'word');
    expect(await find(store, group, { text: 'word', scope: [] })).toEqual([]);
    expect(await find(store, group, { text: 'word', scope: [{ conversationId: group, afterSeq: 2 }] })).toEqual([3]);
    const scope = [group, other].map((conversationId) => ({ conversationId, afterSeq: 0 }));
    expect(await find(store, group, { text: 'word', scope })).toEqual([1, 3, 2, 1]);
  });

  rule('S11 a search is narrowed by sender and time, and paged by id, newest first', async ({ store }) => {
    const { user, group } = await said(store);
    const peer = await addUser(store);
    await store.write((tx) =>
      tx
        .insertInto('members')
        .values({
          conversation_id: group,
          user_id: peer,
          role: 'member',
          status: 'active',
          join_seq: 0,
          joined_at: 1,
          changed_at: 1,
        })
        .execute(),
    );
    const messages = Array.from({ length: 6 }, (_, i) =>
      draft(group, i % 2 === 0 ? user : peer, { text: 'tick', now: 1_000 + i }),
    );
    await send(store, ...messages);
    expect(await find(store, group, { text: 'tick', senderId: peer })).toEqual([6, 4, 2]);
    expect(await find(store, group, { text: 'tick', from: 1_002, to: 1_004 })).toEqual([5, 4, 3]);
    expect(await find(store, group, { text: 'tick', limit: 2 })).toEqual([6, 5]);
    expect(await find(store, group, { text: 'tick', limit: 2, beforeId: messages[4]!.id })).toEqual([4, 3]);
  });

  rule(
    'S11 a search far back in time passes over what is newer, and one without end finds the oldest',
    async ({ store }) => {
      const { user, group } = await said(store);
      const day = 86_400_000;
      const messages = Array.from({ length: 400 }, (_, i) => draft(group, user, { text: 'tick', now: i * day }));
      await send(store, ...messages);
      expect(await find(store, group, { text: 'tick', to: 3 * day, limit: 2 })).toEqual([4, 3]);
      expect(await find(store, group, { text: 'tick', from: 3 * day, to: 5 * day })).toEqual([6, 5, 4]);
      expect(await find(store, group, { text: 'tick', limit: 500 })).toHaveLength(400);
      const last = { conversationId: group, afterSeq: 0 };
      const others = Array.from({ length: 60 }, (_, index) => ({ conversationId: 5_000_000 + index, afterSeq: 0 }));
      expect(await find(store, group, { text: 'tick', limit: 500, scope: [...others, last] })).toHaveLength(400);
      expect(await find(store, group, { text: 'tick', scope: others })).toEqual([]);
    },
  );

  rule('S11 the most conversations one user can be in are searched at once', async ({ store }) => {
    const { group } = await said(store, 'needle');
    const scope = Array.from({ length: 5_000 }, (_, index) => ({ conversationId: group + 10 - index, afterSeq: 0 }));
    expect(await find(store, group, { text: 'needle', scope })).toEqual([1]);
  });
}
