import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { addUser, draft, find, send } from '../conformance-world.ts';
import type { Store } from '../store.ts';
import { addConversation, changeMuch, dumpOf, fill, nextIdsOf } from './copy-world.ts';
import {
  copyStore,
  CopyDifference,
  CopyError,
  type CopyOptions,
  type CopyProgress,
  type CopyReport,
} from './copy-store.ts';
import { beginServing, idsAfterMs } from './copy-mark.ts';
import type { Side } from './side.ts';

/** A store with data of its own, of either side of a copy. */
export interface SideUnderTest extends AsyncDisposable {
  readonly side: Side;
}

export interface Pair {
  openSource(): Promise<SideUnderTest>;
  openTarget(): Promise<SideUnderTest>;
  /** Milliseconds for tests that copy many times. */
  readonly slowMs: number;
}

/** What holds of a copy between any two engines. */
export function copyConformance(name: string, pair: Pair): void {
  describe(`copy: ${name}`, () => {
    const rule = (sentence: string, work: (world: World) => Promise<void>): void =>
      test(
        sentence,
        async () => {
          await using source = await pair.openSource();
          await using target = await pair.openTarget();
          await work(new World(source.side, target.side));
        },
        pair.slowMs,
      );
    wholeRules(rule);
    interruptionRules(rule);
    liveRules(rule);
    refusalRules(rule, pair);
  });
}

type CopyRule = (sentence: string, work: (world: World) => Promise<void>) => void;

class World {
  readonly from: Side;
  readonly to: Side;

  constructor(from: Side, to: Side) {
    this.from = from;
    this.to = to;
  }

  get source(): Store {
    return this.from.store;
  }

  get target(): Store {
    return this.to.store;
  }

  copy(options: Partial<CopyOptions> = {}): Promise<CopyReport> {
    const { from, to } = this;
    return copyStore({ from, to, isLive: false, onProgress: () => undefined, idsUpToMs: () => 0, ...options });
  }
}

const writtenIn = (report: CopyReport): number => report.tables.reduce((total, { written }) => total + written, 0);

function wholeRules(rule: CopyRule): void {
  rule('every row of every table comes, and a second run copies nothing', async (world) => {
    await fill(world.source, { users: 620, messages: 1_300 });
    const first = await world.copy();
    expect(await dumpOf(world.target)).toEqual(await dumpOf(world.source));
    expect(first.sums?.find(({ table }) => table === 'messages')).toMatchObject({ rows: 1_300 });
    const second = await world.copy();
    expect([writtenIn(second), second.sums]).toEqual([0, first.sums]);
  });

  rule('D14 ids go on where the source was, also behind rows that are gone', async (world) => {
    await fill(world.source, { users: 3, messages: 5 });
    const gone = await addUser(world.source);
    await world.source.write((tx) => tx.deleteFrom('users').where('id', '=', gone).execute());
    await world.copy({ idsUpToMs: (newestId) => Number(newestId) });
    const newest = (await dumpOf(world.source)).messages.map((row) => Number(row['id']));
    expect(await idsAfterMs(world.target)).toBe(Math.max(...newest));
    expect(await nextIdsOf(world.to)).toEqual(await nextIdsOf(world.from));
    expect(await addUser(world.target)).toBeGreaterThan(gone);
  });

  rule('S11 search finds in the target what was copied, and what changed between two runs', async (world) => {
    const { group, users } = await fill(world.source, { users: 3, messages: 5 });
    const [sender = 0] = users;
    await send(world.source, draft(group, sender, { text: '明天一起去北京吧' }));
    await world.copy({ isLive: true });
    await send(world.source, draft(group, sender, { text: 'rhubarb' }));
    await world.copy();
    expect(await find(world.target, group, '北京')).toEqual(await find(world.source, group, '北京'));
    expect(await find(world.target, group, 'rhubarb')).toHaveLength(1);
  });

  rule('D2 D3 S3 the target goes on with seq and version, and knows every clientMsgId', async (world) => {
    const { group, users } = await fill(world.source, { users: 3, messages: 5 });
    const [sender = 0] = users;
    const sent = draft(group, sender);
    const [acked] = await send(world.source, sent);
    await world.copy();
    expect(await send(world.target, sent)).toEqual([{ ...acked, isRepeat: true }] as never);
    const [next] = await send(world.target, draft(group, sender));
    const [wanted] = await send(world.source, draft(group, sender));
    expect(next).toMatchObject({ ack: { seq: (wanted as { ack: { seq: number } }).ack.seq } });
  });

  rule(
    'a difference is said with its table and its key, is no complete copy, and is gone after the next run',
    async (world) => {
      await fill(world.source, { users: 3, messages: 5 });
      const spoil = once(() =>
        world.target.write((tx) => tx.updateTable('messages').set({ content: '{}' }).where('seq', '=', 2).execute()),
      );
      const onProgress = async ({ activity }: CopyProgress) => (activity === 'comparing' ? spoil() : undefined);
      const error = await world.copy({ onProgress }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CopyDifference);
      expect((error as Error).message).toMatch(/^messages, conversation_id \d+, seq 2: content differs/);
      expect(beginServing(world.target)).rejects.toThrow('not complete');
      await world.copy();
      expect(await dumpOf(world.target)).toEqual(await dumpOf(world.source));
    },
  );

  rule('a row that is missing, and one that nobody knows, are said', async (world) => {
    const { group } = await fill(world.source, { users: 3, messages: 5 });
    await world.copy();
    const spoilt = async (work: Parameters<Store['write']>[0]): Promise<string> => {
      const spoil = once(() => world.target.write(work));
      const onProgress = async ({ activity }: CopyProgress) => (activity === 'comparing' ? spoil() : undefined);
      return String(await world.copy({ onProgress }).catch((reason: unknown) => reason));
    };
    expect(await spoilt((tx) => tx.deleteFrom('invites').where('code', '=', 'ß').execute())).toContain(
      'invites, code "ß": is missing in the target.',
    );
    const extra = { user_id: 77, conversation_id: group, seq: 1 };
    expect(await spoilt((tx) => tx.insertInto('hidden').values(extra).execute())).toContain(
      `hidden, user_id 77, conversation_id ${group}, seq 1: is in the target only.`,
    );
  });
}

function interruptionRules(rule: CopyRule): void {
  rule('interrupted between any two batches and repeated, it ends the same and doubles nothing', async (world) => {
    await fill(world.source, { users: 620, messages: 1_300 });
    let runs = 1;
    while (!(await isCompleteAfter(world, runs * stepsMore))) runs++;
    expect(runs).toBeGreaterThan(5);
    expect(await dumpOf(world.target)).toEqual(await dumpOf(world.source));
    expect(writtenIn(await world.copy())).toBe(0);
  });

  rule('interrupted and changed at random in between, it ends the same', async (world) => {
    const filled = await fill(world.source, { users: 20, messages: 600 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 4 }), async (steps) => {
        for (const step of steps) {
          await isCompleteAfter(world, step);
          await changeMuch(world.source, filled);
        }
        await world.copy();
        expect(await dumpOf(world.target)).toEqual(await dumpOf(world.source));
      }),
      { numRuns: 5 },
    );
  });
}

/** How many more steps each run of an interrupted copy may do. */
const stepsMore = 4;

/** Whether the copy came to its end before it was interrupted after so many steps. */
async function isCompleteAfter(world: World, steps: number): Promise<boolean> {
  const reason = new Error('Interrupted.');
  let left = steps;
  const onProgress = (): void => {
    if (left-- === 0) throw reason;
  };
  return world.copy({ onProgress }).then(
    () => true,
    (error: unknown) => {
      if (error !== reason) throw error;
      return false;
    },
  );
}

function liveRules(rule: CopyRule): void {
  rule('what changes while it is copied, and after that, comes with the last run, and only that', async (world) => {
    const filled = await fill(world.source, { users: 620, messages: 1_300 });
    const onProgress = async (): Promise<void> => changeMuch(world.source, filled);
    expect((await world.copy({ isLive: true, onProgress })).sums).toBeUndefined();
    expect(beginServing(world.target)).rejects.toThrow('not complete');
    await changeMuch(world.source, filled);
    const last = await world.copy();
    expect(await dumpOf(world.target)).toEqual(await dumpOf(world.source));
    expect(last.tables.find(({ table }) => table === 'messages')?.written).toBeLessThan(600);
    expect(writtenIn(await world.copy())).toBe(0);
  });

  rule('a first run that is interrupted while a server works loses nothing of what is behind it', async (world) => {
    const filled = await fill(world.source, { users: 5, messages: 1_300 });
    for (const steps of [3, 4, 5, 6]) {
      await isCompleteAfter(world, steps);
      await changeMuch(world.source, filled);
      // A conversation before all others, as gochat's clients make them by their numbers.
      await addConversation(world.source, { id: 10 - steps, senderId: filled.users[0] ?? 0 });
    }
    await world.copy();
    expect(await dumpOf(world.target)).toEqual(await dumpOf(world.source));
  });
}

function refusalRules(rule: CopyRule, { openSource }: Pair): void {
  rule('a target with other data is refused, and so is a copy of another installation', async (world) => {
    await fill(world.source, { users: 3, messages: 5 });
    await addUser(world.target);
    expect(world.copy()).rejects.toThrow('The target holds data already (users)');
    await world.target.write((tx) => tx.deleteFrom('users').execute());
    await world.copy();
    await using other = await openSource();
    expect(world.copy({ from: other.side })).rejects.toThrow('a copy of another installation');
  });

  rule('a copy on which a server has worked is not copied over, and half a copy is no source', async (world) => {
    await fill(world.source, { users: 3, messages: 5 });
    await isCompleteAfter(world, 5);
    await using third = await openSource();
    expect(world.copy({ from: world.to, to: third.side })).rejects.toThrow(CopyError);
    await world.copy();
    await beginServing(world.target);
    await beginServing(world.target);
    await addUser(world.target);
    expect(world.copy()).rejects.toThrow('no copy that could be continued');
  });
}

function once(work: () => Promise<unknown>): () => Promise<void> {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    await work();
  };
}
