import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { ServerProcess } from '@parley/server/test/server-process.ts';
import { Random } from '../src/chaos/random.ts';
import { checkHistory } from '../src/checker/check.ts';
import { HistoryRecorder } from '../src/checker/history.ts';
import { readStored } from '../src/checker/read-stored.ts';
import { shortestTimeline } from '../src/checker/shortest-timeline.ts';
import type { Truth } from '../src/checker/truth.ts';
import { Cast } from '../src/soak/cast.ts';
import { Latencies } from '../src/soak/latencies.ts';
import { readTruth } from '../src/soak/read-truth.ts';
import { Texts } from '../src/soak/texts.ts';
import { buildTown } from '../src/soak/town.ts';

const actsEach = 15;
const refusals = new Set(['already-recalled']);

async function openTown() {
  const server = await ServerProcess.start();
  const town = await buildTown(server);
  const random = new Random(1);
  const history = new HistoryRecorder({ seed: 1 });
  const cast = await Cast.open({ town, random, texts: new Texts(random), latencies: new Latencies() }, history);
  const path = join(server.dataDir, 'parley.sqlite');
  const dispose = async (): Promise<void> => {
    await cast[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  };
  return { town, history, cast, path, [Symbol.asyncDispose]: dispose };
}

/** Reads until every device shows the last message, and what it holds as read has reached the database. */
async function quietTruth({ path, town, cast }: Awaited<ReturnType<typeof openTown>>): Promise<Truth> {
  for (;;) {
    const truth = await readTruth(path, town, cast);
    const isQuiet = truth.devices.every(({ device, views }) => {
      const userId = town.recorders.find(({ userName }) => device.startsWith(`${userName}/`))!.id;
      return views.every(({ conversationId, items, readSeq }) => {
        const { head, members } = truth.conversations.find((one) => one.conversationId === conversationId)!;
        const member = members.find((one) => one.userId === userId);
        return (items.at(-1)?.seq ?? 0) === head.seq && readSeq === member?.readSeq;
      });
    });
    if (isQuiet) return truth;
    await Bun.sleep(100);
  }
}

test('I1–I15 a real server gives the checker nothing to say, until somebody takes a row out of its database', async () => {
  await using running = await openTown();
  const { cast, history, path } = running;
  for (let act = 0; act < actsEach; act++)
    await Promise.all(
      cast.judged.map((device) =>
        device.act().catch((error: { code?: string }) => {
          if (!refusals.has(error.code ?? '')) throw error;
        }),
      ),
    );
  const truth = await quietTruth(running);
  const recorded = history.history();
  expect(checkHistory(recorded, truth)).toEqual([]);

  const [conversation] = truth.conversations;
  const id = conversation!.conversationId;
  using database = new Database(path);
  database.run('delete from messages where conversation_id = ? and seq = 2', [id]);
  const robbed = truth.conversations.map((one) => (one === conversation ? { ...one, ...readStored(path, id) } : one));
  const violations = checkHistory(recorded, { ...truth, conversations: robbed });
  expect(new Set(violations.map(({ rule }) => rule))).toEqual(new Set(['I1', 'I4']));
  expect(shortestTimeline(recorded, violations[0]!)).toContain('is acked: message 2');
}, 60_000);
