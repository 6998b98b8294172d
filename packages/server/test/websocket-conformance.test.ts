import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { register, type Person } from './security/people.ts';
import { ServerProcess } from './server-process.ts';
import { closing } from './conformance/close-cases.ts';
import { opcodes, pings, reservedBits } from './conformance/control-cases.ts';
import { fragmentation } from './conformance/fragment-cases.ts';
import { framing } from './conformance/framing-cases.ts';
import { limitCases } from './conformance/limit-cases.ts';
import { play } from './conformance/play.ts';
import { utf8 } from './conformance/utf8-cases.ts';
import { Witness } from './conformance/witness.ts';

const groups = [framing, pings, reservedBits, opcodes, fragmentation, utf8, closing, limitCases];
const passed = new Map<string, number>();
let server: ServerProcess;
let subject: Person;
let witness: Witness;

beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  subject = await register(server, 'subject');
  const socket = await subject.hello();
  await socket.command('conversation.join', { conversationId: 1 });
  socket.close();
  witness = await Witness.of(server);
});

afterAll(async () => {
  witness.close();
  await server[Symbol.asyncDispose]();
  const counts = groups.map(({ name, cases }) => `${name} ${passed.get(name) ?? 0}/${cases.length}`);
  const total = [...passed.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(`websocket conformance: ${counts.join(', ')}; ${total} cases as they must be\n`);
});

for (const { name: groupName, cases } of groups)
  describe(groupName, () => {
    for (const row of cases)
      test(`${row.id} ${row.name}`, async () => {
        const [outcome] = await Promise.all([play(server, subject, row), witness.chat()]);
        expect(outcome).toEqual(row.deviation?.outcome ?? row.expected);
        await witness.chat();
        passed.set(groupName, (passed.get(groupName) ?? 0) + 1);
      });
  });

test('the suite is whole: enough cases, told apart by their ids, each deviation one', () => {
  const cases = groups.flatMap((group) => group.cases);
  expect(cases.length).toBeGreaterThan(200);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  for (const { id, expected, deviation } of cases)
    if (deviation !== undefined) expect([id, deviation.outcome]).not.toEqual([id, expected]);
});

test('what stood in or behind a frame that ends its connection was never said', () => {
  using database = new Database(join(server.dataDir, 'parley.sqlite'), { readonly: true });
  const count = (like: string) =>
    (database.query('select count(*) as n from messages where content like ?').get(like) as { n: number }).n;
  expect(count('%"unread"%')).toBe(0);
  expect(count('%"good"%')).toBeGreaterThan(5);
});

test('nobody who was undisturbed missed anything, and nothing failed within', async () => {
  expect(witness.heard()).toEqual(Array.from({ length: witness.chats }, (_, index) => index + 1));
  expect(await Bun.file(`${server.dataDir}/parley.log`).text()).not.toContain('"level":50');
});
