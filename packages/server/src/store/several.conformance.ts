import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { addGroup, addUser, draft, memberRow, numbersOf, send } from './conformance-world.ts';
import type { Ack } from '@parley/protocol';
import type { Store } from './store.ts';

/** An engine that serves several processes: two stores on the same data. */
export interface SeveralUnderTest extends AsyncDisposable {
  readonly stores: readonly [Store, Store];
  /** Ends every connection to the data, whatever it is doing. */
  cut(): Promise<void>;
  /** Whether the data may only be read, for connections made from now on; the ones there are end. */
  setReadOnly(isReadOnly: boolean): Promise<void>;
}

const which = fc.constantFrom(0, 1);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ does: fc.constant('send'), by: which, group: which, count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('repeat'), by: which, group: which, count: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('change'), by: which, group: which, count: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('append'), by: which, group: which, count: fc.constant(1) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** The port's rules where several processes work on one database. */
export function severalConformance(name: string, open: () => Promise<SeveralUnderTest>): void {
  const rule = (sentence: string, work: (subject: SeveralUnderTest) => Promise<void>) =>
    test(sentence, async () => {
      await using subject = await open();
      await work(subject);
    });
  describe(`several stores: ${name}`, () => {
    orderRules(rule);
    outageRules(rule);
  });
}

type SeveralRule = (sentence: string, work: (subject: SeveralUnderTest) => Promise<void>) => void;

function orderRules(rule: SeveralRule): void {
  rule('S3 S4 S8 D12 two at once leave no hole, number nothing twice, and agree on every key', async ({ stores }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
        const world = await World.make(stores);
        await Promise.all(steps.map((each, index) => world.take(each, index)));
        await world.check();
      }),
      { numRuns: 25 },
    );
  });

  rule('S2 writes of two run one after the other, and see each other', async ({ stores }) => {
    const group = await addGroup(stores[0], []);
    const add = (store: Store) =>
      store.write(async (tx) => {
        const query = tx.selectFrom('conversations').select('member_count').where('id', '=', group);
        const { member_count: before } = await query.executeTakeFirstOrThrow();
        const change = tx.updateTable('conversations').set({ member_count: before + 1 });
        await change.where('id', '=', group).execute();
      });
    await Promise.all(Array.from({ length: 20 }, (_, index) => add(stores[index % 2 === 0 ? 0 : 1])));
    const query = stores[0].db.selectFrom('conversations').select('member_count').where('id', '=', group);
    expect(await query.executeTakeFirst()).toEqual({ member_count: 20 });
  });

  rule('S6 D8 who is removed by one sends nothing through the other once the removal is done', async ({ stores }) => {
    const [here, there] = stores;
    const user = await addUser(here);
    const group = await addGroup(here, [user]);
    let isRemoved = false;
    const sending = (async () => {
      for (let tries = 0; tries < 200; tries++) {
        const mustFail = isRemoved;
        const [outcome] = await send(there, draft(group, user));
        if (mustFail) return outcome;
      }
      return undefined;
    })();
    await here.write(async (tx) => {
      await here.append(tx, draft(group, user));
      const change = tx.updateTable('members').set({ status: 'removed' });
      await change.where('conversation_id', '=', group).where('user_id', '=', user).execute();
    });
    isRemoved = true;
    expect(await sending).toEqual({ ok: false, code: 'not-member' });
  });

  rule('S11 what two write while both index is found, all of it', async ({ stores }) => {
    const user = await addUser(stores[0]);
    const group = await addGroup(stores[0], [user]);
    const write = async (store: Store) => {
      for (let batch = 0; batch < 12; batch++) {
        await send(store, draft(group, user, { text: 'needle' }), draft(group, user, { text: 'needle' }));
        await store.index();
      }
    };
    await Promise.all(stores.map(write));
    const scope = [{ conversationId: group, afterSeq: 0 }];
    expect(await stores[1].search({ text: 'needle', scope, limit: 100 })).toHaveLength(48);
    expect(await stores[0].db.selectFrom('search_pending').selectAll().execute()).toEqual([]);
  });
}

function outageRules(rule: SeveralRule): void {
  rule(
    'S1 S2 D1 F5 while connections are cut nothing acked is lost, nothing refused is stored, and numbers have no hole',
    async ({ stores, cut }) => {
      const user = await addUser(stores[0]);
      const group = await addGroup(stores[0], [user]);
      const acked = new Map<string, Ack>();
      const refused = new Set<string>();
      const cutting = new AbortController();
      const write = async (store: Store) => {
        while (!cutting.signal.aborted) {
          const messages = [draft(group, user), draft(group, user)];
          const outcomes = await send(store, ...messages).catch((error: { code?: string }) => error.code);
          for (const [index, { clientMsgId }] of messages.entries()) {
            const outcome = Array.isArray(outcomes) ? outcomes[index] : undefined;
            if (outcome?.ok === true) acked.set(clientMsgId, outcome.ack);
            else if (outcomes === 'unavailable') refused.add(clientMsgId);
          }
        }
      };
      const writers = [...stores, ...stores].map(write);
      for (let cuts = 0; cuts < 15; cuts++) {
        await Bun.sleep(40);
        await cut();
      }
      cutting.abort();
      await Promise.all(writers);
      await reachable(stores[0]);
      const query = stores[0].db.selectFrom('messages').selectAll().where('conversation_id', '=', group);
      const rows = await query.orderBy('seq').execute();
      expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
      const stored = new Map(rows.map((row) => [row.client_msg_id, row]));
      for (const [key, { seq, version }] of acked) expect(stored.get(key)).toMatchObject({ seq, version });
      expect([...refused].filter((key) => stored.has(key))).toEqual([]);
      expect(acked.size).toBeGreaterThan(0);
    },
  );

  rule('S9 D11 where nothing may be written, writes are refused as unavailable and reads go on', async (subject) => {
    const { stores } = subject;
    const user = await addUser(stores[0]);
    const group = await addGroup(stores[0], [user]);
    await send(stores[0], draft(group, user));
    await subject.setReadOnly(true);
    await reachable(stores[0]);
    const calls = [
      send(stores[0], draft(group, user)),
      stores[0].write((tx) =>
        tx
          .insertInto('members')
          .values(memberRow(group, user + 1))
          .execute(),
      ),
    ];
    for (const outcome of await Promise.allSettled(calls))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    expect(await numbersOf(stores[0], group)).toHaveLength(1);
    await subject.setReadOnly(false);
    await reachable(stores[0]);
    expect(await send(stores[0], draft(group, user))).toMatchObject([{ ok: true, ack: { seq: 2 } }]);
  });
}

/** Resolves when connections that were cut have been noticed. */
async function reachable(store: Store): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const isThere = await store.db
      .selectFrom('settings')
      .select('name')
      .limit(1)
      .execute()
      .catch(() => undefined);
    if (isThere !== undefined) return;
    await Bun.sleep(20);
  }
}

/** Two conversations that two stores work on, and what was said of each key. */
class World {
  private readonly stores: readonly [Store, Store];
  private readonly user: number;
  private readonly groups: readonly [number, number];
  private readonly acks = new Map<string, Ack[]>();
  private readonly changes: [number[], number[]] = [[], []];

  private constructor(stores: readonly [Store, Store], user: number, groups: readonly [number, number]) {
    this.stores = stores;
    this.user = user;
    this.groups = groups;
  }

  static async make(stores: readonly [Store, Store]): Promise<World> {
    const user = await addUser(stores[0]);
    return new World(stores, user, [await addGroup(stores[0], [user]), await addGroup(stores[1], [user])]);
  }

  async take({ does, by, group, count }: Step, index: number): Promise<void> {
    const store = this.stores[by === 0 ? 0 : 1];
    const place = group === 0 ? 0 : 1;
    if (does === 'change') {
      const version = await store.write((tx) => store.nextVersion(tx, this.groups[place], 1));
      this.changes[place].push(version);
      return;
    }
    const keys = Array.from({ length: count }, (_, each) => (does === 'repeat' ? 'repeated' : `${index}-${each}`));
    const messages = keys.map((clientMsgId) =>
      draft(this.groups[place], this.user, { clientMsgId, bodyHash: 'same', now: 1_000 - index }),
    );
    const outcomes =
      does === 'append' ? [await store.write((tx) => store.append(tx, messages[0]!))] : await send(store, ...messages);
    for (const [each, outcome] of outcomes.entries()) {
      if (!outcome.ok) throw new Error(outcome.code);
      const key = `${place} ${keys[each]}`;
      this.acks.set(key, [...(this.acks.get(key) ?? []), outcome.ack]);
    }
  }

  async check(): Promise<void> {
    for (const acks of this.acks.values()) for (const ack of acks) expect(ack).toEqual(acks[0]!);
    for (const place of [0, 1] as const) {
      const rows = await numbersOf(this.stores[place], this.groups[place]);
      expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
      const versions = [...rows.map((row) => row.version), ...this.changes[place]].toSorted((a, b) => a - b);
      expect(versions).toEqual(versions.map((_, index) => index + 1));
      const created = rows.map((row) => row.created_at);
      expect(created).toEqual(created.toSorted((a, b) => a - b));
      const keys = [...this.acks.keys()].filter((key) => key.startsWith(`${place} `));
      expect(rows).toHaveLength(keys.length);
    }
  }
}
