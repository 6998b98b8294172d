import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParleyError } from '@parley/protocol';
import type { Delivery } from '../delivery.ts';
import { SqliteStore } from '../store/sqlite.ts';
import type { CommitBatch, NewMessage } from '../store/store.ts';
import { createWriter, type WriterParts } from './group-commit-writer.ts';
import type { Writer } from './writer.ts';

const context = { kind: 'room', senderName: 'ada' } as const;
const conversationId = 1;
const senderId = 7;

let folder: string;
let store: SqliteStore;
let enqueued: Delivery[];
let batches: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-writer-'));
  store = await SqliteStore.open(join(folder, 'parley.db'));
  enqueued = [];
  batches = [];
  await addMember(senderId);
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

test('D1 what arrives in one tick is committed at once and enqueued in order before it is acked', async () => {
  await using writer = open();
  const acks = await Promise.all(
    Array.from({ length: 100 }, (_, index) => writer.append(message(`m${index}`), context)),
  );
  expect(batches).toEqual([100]);
  expect(acks.map(({ ack }) => ack.seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(versions()).toEqual(acks.map(({ ack }) => ack.version));
});

test('D1 a push holds the numbers of the ack', async () => {
  await using writer = open();
  const { ack } = await writer.append(message('m', 'hello'), context);
  expect(enqueued).toEqual([
    {
      topic: 'c:1',
      push: {
        push: 'message.changed',
        message: { conversationId, senderId, clientMsgId: 'm', content: { type: 'text', text: 'hello' }, ...ack },
      },
      context,
    },
  ]);
});

test('a batch is bounded, and what waits behind it is taken next', async () => {
  await using writer = open();
  await Promise.all(Array.from({ length: 1_500 }, (_, index) => writer.append(message(`m${index}`), context)));
  expect(batches).toEqual([1_024, 476]);
});

test('D2 a repeat is answered with the first ack and delivered again as the message is now', async () => {
  await using writer = open();
  const first = await writer.append(message('m', 'hello'), context);
  const second = await writer.append(message('m', 'hello'), context);
  expect(second).toMatchObject({ ack: first.ack, isRepeat: true });
  expect(versions()).toEqual([1, 1]);
  await expect(writer.append(message('m', 'other'), context)).rejects.toMatchObject({ code: 'client-msg-id-conflict' });
});

test('D3 changes and messages leave in the order of their versions', async () => {
  await using writer = open();
  const work = Array.from({ length: 60 }, (_, index) =>
    index % 3 === 0 ? change(writer) : writer.append(message(`m${index}`), context),
  );
  await Promise.all(work);
  expect(versions()).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
});

test('S6 a stranger is refused without disturbing the others of the batch', async () => {
  await using writer = open();
  const [stranger, member] = await Promise.allSettled([
    writer.append({ ...message('a'), senderId: 99 }, context),
    writer.append(message('b'), context),
  ]);
  expect(stranger).toMatchObject({ status: 'rejected', reason: { code: 'not-member' } });
  expect(member).toMatchObject({ status: 'fulfilled', value: { ack: { seq: 1 } } });
});

test('D4 a cursor is pushed when it moved, and only then', async () => {
  await using writer = open();
  await writer.append(message('m'), context);
  const move = { conversationId, userId: senderId, readSeq: 5, now: 2 };
  expect(await writer.moveCursor(move, ['u:7'])).toMatchObject({ readSeq: 1, deliveredSeq: 1, hasMoved: true });
  expect(await writer.moveCursor(move, ['u:7'])).toMatchObject({ hasMoved: false });
  expect(enqueued.slice(1)).toEqual([
    { topic: 'u:7', push: { push: 'cursor.moved', conversationId, userId: senderId, deliveredSeq: 1, readSeq: 1 } },
  ]);
});

test('D11 beyond its bound the writer refuses with busy and a delay, and the others are stored', async () => {
  await using writer = open({ waitingMax: 10 });
  const results = await Promise.allSettled(
    Array.from({ length: 15 }, (_, index) => writer.append(message(`m${index}`), context)),
  );
  expect(results.map(({ status }) => status)).toEqual([...Array(10).fill('fulfilled'), ...Array(5).fill('rejected')]);
  expect(results[14]).toMatchObject({ reason: { code: 'busy', retryAfterMs: 200 } });
  expect((await writer.append(message('later'), context)).ack.seq).toBe(11);
});

test('D11 a store that cannot be written refuses everything that waits with unavailable', async () => {
  await using writer = open();
  await store.close();
  const results = await Promise.allSettled([
    writer.append(message('a'), context),
    change(writer),
    writer.append(message('b'), context),
  ]);
  for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  expect(enqueued).toEqual([]);
});

test('D11 what waits behind a commit that could not be made is refused with it, and waits for no attempt of its own', async () => {
  const commits: PromiseWithResolvers<never>[] = [];
  const commit = () => {
    commits.push(Promise.withResolvers<never>());
    return commits.at(-1)!.promise;
  };
  await using writer = open({ store: { db: store.db, write: store.write.bind(store), commit } });
  const first = writer.append(message('a'), context);
  while (commits.length === 0) await Bun.sleep(0);
  const behind = Promise.allSettled([writer.append(message('b'), context), change(writer)]);
  commits[0]?.reject(new ParleyError('unavailable'));
  await expect(first).rejects.toMatchObject({ code: 'unavailable' });
  for (const result of await behind) expect(result).toMatchObject({ reason: { code: 'unavailable' } });
  expect(commits).toHaveLength(1);
});

test('D1 what was committed but not enqueued is not acked, and a retry enqueues it', async () => {
  let isQueueDown = true;
  await using writer = open({
    enqueue: async (deliveries) => {
      if (isQueueDown) throw new ParleyError('unavailable');
      enqueued.push(...deliveries);
    },
  });
  await expect(writer.append(message('m'), context)).rejects.toMatchObject({ code: 'deadline-exceeded' });
  isQueueDown = false;
  expect(await writer.append(message('m'), context)).toMatchObject({ ack: { seq: 1 }, isRepeat: true });
  expect(versions()).toEqual([1]);
});

test('D11 what was refused or left in doubt takes no place from what comes later', async () => {
  let isQueueDown = false;
  await using writer = open({
    waitingMax: 2,
    enqueue: async () => {
      if (isQueueDown) throw new ParleyError('unavailable');
    },
  });
  const both = () => Promise.allSettled([writer.append(message('m'), context), change(writer)]);
  store.isReadOnly = true;
  const refused = await both();
  store.isReadOnly = false;
  isQueueDown = true;
  const inDoubt = await both();
  isQueueDown = false;
  for (const result of refused) expect(result).toMatchObject({ reason: { code: 'unavailable' } });
  for (const result of inDoubt) expect(result).toMatchObject({ reason: { code: 'deadline-exceeded' } });
  for (const { status } of await both()) expect(status).toBe('fulfilled');
});

test('S2 a change that throws does nothing, and the ones behind it go on', async () => {
  await using writer = open();
  const failing = writer.change(async (tx) => {
    await store.nextVersion(tx, conversationId, 1);
    throw new ParleyError('too-late');
  });
  const next = change(writer);
  await expect(failing).rejects.toMatchObject({ code: 'too-late' });
  expect(await next).toBe(1);
});

test('S12 a closed writer finishes what it took and takes nothing more', async () => {
  const writer = open();
  const taken = writer.append(message('a'), context);
  const closed = writer[Symbol.asyncDispose]();
  await expect(writer.append(message('b'), context)).rejects.toMatchObject({ code: 'unavailable' });
  await closed;
  expect((await taken).ack.seq).toBe(1);
  expect(versions()).toEqual([1]);
});

function open(parts: Partial<WriterParts> = {}): Writer {
  const counted = {
    db: store.db,
    write: store.write.bind(store),
    commit: (batch: CommitBatch) => {
      batches.push(batch.messages.length);
      return store.commit(batch);
    },
  };
  const enqueue = async (deliveries: readonly Delivery[]): Promise<void> => void enqueued.push(...deliveries);
  return createWriter({ store: counted, enqueue, ...parts });
}

function change(writer: Writer): Promise<number> {
  return writer.change(async (tx) => {
    const version = await store.nextVersion(tx, conversationId, 1);
    return {
      result: version,
      deliveries: [{ topic: 'c:1', push: { push: 'conversation.head', conversationId, version, seq: 0 } }],
    };
  });
}

let lastId = 1_000;

function message(clientMsgId: string, text = 'hi'): NewMessage {
  return {
    conversationId,
    senderId,
    clientMsgId,
    id: String(lastId++),
    content: { type: 'text', text },
    bodyHash: text,
    now: 1,
  };
}

function versions(): number[] {
  return enqueued.map(({ push }) => {
    if (push.push === 'message.changed') return push.message.version;
    return push.push === 'conversation.head' ? push.version : 0;
  });
}

async function addMember(userId: number): Promise<void> {
  const row = {
    conversation_id: conversationId,
    user_id: userId,
    role: 'member',
    status: 'active',
    join_seq: 0,
  } as const;
  await store.write((tx) =>
    tx
      .insertInto('members')
      .values({ ...row, joined_at: 1, changed_at: 1 })
      .execute(),
  );
}
