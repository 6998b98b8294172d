import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MySqlStore } from '@parley/server/src/store/mysql.ts';
import { PostgresStore } from '@parley/server/src/store/postgres.ts';
import { SqliteStore } from '@parley/server/src/store/sqlite.ts';
import type { NewMessage, Store } from '@parley/server/src/store/store.ts';

/**
 * Stored messages per second by size of the batch, and changes: private messages of 1,000 pairs, 120 characters each, one
 * caller. On SQLite, or in an empty database of a server.
 * `bun store.bench.ts [seconds per round] [postgres://… or mysql://…]`
 */
const pairs = 1_000;
const rounds = 5;
const firstConversation = 1_000_000;
const secondsPerRound = Number(process.argv[2] ?? 1);
const url = process.argv[3] ?? '';
const text =
  'The quick brown fox jumps over the lazy dog, and then it does it again, because nobody looked the first time. 再来一次吧。';

let sent = 0;

function message(): NewMessage {
  const number = sent++;
  const pair = (number * 7_919) % pairs;
  return {
    conversationId: firstConversation + pair,
    senderId: 2 * pair + 1 + (number % 2),
    clientMsgId: Bun.randomUUIDv7(),
    id: String(7_000_000_000_000_000_000n + BigInt(number)),
    content: { type: 'text', text },
    bodyHash: '0123456789abcdef0123456789abcdef',
    now: Date.now(),
  };
}

async function fill(store: Store): Promise<void> {
  await store.write(async (tx) => {
    for (let pair = 0; pair < pairs; pair++) {
      const users = [2 * pair + 1, 2 * pair + 2];
      await tx
        .insertInto('conversations')
        .values({
          id: firstConversation + pair,
          kind: 'direct',
          title: '',
          owner_id: null,
          avatar: null,
          direct_key: users.join(':'),
          changed_at: 1,
          created_at: 1,
        })
        .execute();
      for (const user of users) {
        await tx
          .insertInto('members')
          .values({
            conversation_id: firstConversation + pair,
            user_id: user,
            role: 'member',
            status: 'active',
            join_seq: 0,
            muted_until: null,
            joined_at: 1,
            changed_at: 1,
          })
          .execute();
      }
    }
  });
}

async function round(store: Store, batch: number): Promise<{ wall: number; cpu: number }> {
  const until = performance.now() + secondsPerRound * 1_000;
  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  let done = 0;
  while (performance.now() < until) {
    const { messages } = await store.commit({ messages: Array.from({ length: batch }, message), cursors: [] });
    if (messages.some((outcome) => !outcome.ok)) throw new Error('a message was refused');
    done += batch;
  }
  const { user, system } = process.cpuUsage(cpuBegan);
  return { wall: (done / (performance.now() - began)) * 1_000, cpu: (done / (user + system)) * 1_000_000 };
}

async function changes(store: Store): Promise<number> {
  const until = performance.now() + secondsPerRound * 1_000;
  const began = performance.now();
  let done = 0;
  for (; performance.now() < until; done++)
    await store.write((tx) => store.nextVersion(tx, firstConversation + (done % pairs), Date.now()));
  return (done / (performance.now() - began)) * 1_000;
}

function open(folder: string): Promise<Store> {
  if (url.startsWith('postgres:')) return PostgresStore.open(url);
  if (url.startsWith('mysql:')) return MySqlStore.open(url);
  return SqliteStore.open(join(folder, 'bench.sqlite'));
}

const median = (values: number[]) => Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'));
try {
  await using store = await open(folder);
  await fill(store);
  for (const batch of [1, 16, 256, 1_024]) {
    const results: { wall: number; cpu: number }[] = [];
    for (let count = 0; count < rounds; count++) results.push(await round(store, batch));
    const wall = median(results.map((result) => result.wall));
    const cpu = median(results.map((result) => result.cpu));
    process.stdout.write(`batch ${batch}: ${wall} messages/s, ${cpu} per CPU second (${sent} stored)\n`);
  }
  process.stdout.write(`changes: ${Math.round(await changes(store))} a second\n`);
  const began = performance.now();
  await store.index();
  process.stdout.write(
    `indexed ${sent} messages: ${Math.round((sent / (performance.now() - began)) * 1_000)} a second\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
