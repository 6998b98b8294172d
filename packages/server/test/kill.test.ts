import { expect, test } from 'bun:test';
import type { Ack, Message, Result } from '@parley/protocol';
import { faultPointNames } from '../src/faults/fault-points.ts';
import { ServerProcess } from './server-process.ts';
import { http, Lost, SocketClient } from './socket-client.ts';

const rounds = 50;
const senders = 4;
const inFlight = 8;

interface Sender {
  readonly userId: number;
  readonly token: string;
  /** By clientMsgId: what was asked for, and the ack when there was one. */
  readonly sent: Map<string, { readonly text: string; ack?: Ack }>;
  next: number;
}

/** Sends without a pause until the server dies. The unacked of the round before go first, with their old keys. [D2, D3] */
async function sendUntilLost(server: ServerProcess, conversationId: number, sender: Sender): Promise<void> {
  const socket = await SocketClient.hello(server.socketUrl, sender.token).catch(unlessLost);
  if (socket === undefined) return;
  const unacked = [...sender.sent].filter(([, entry]) => entry.ack === undefined).map(([clientMsgId]) => clientMsgId);
  const one = async (clientMsgId: string): Promise<void> => {
    const entry = sender.sent.get(clientMsgId) ?? { text: `${sender.userId} says ${clientMsgId}` };
    sender.sent.set(clientMsgId, entry);
    Object.assign(entry, {
      ack: await socket.command('message.send', {
        conversationId,
        clientMsgId,
        content: { type: 'text', text: entry.text },
      }),
    });
  };
  const lane = async (): Promise<void> => {
    for (;;) await one(unacked.shift() ?? `m-${sender.userId}-${sender.next++}`);
  };
  await Promise.all(Array.from({ length: inFlight }, () => lane().catch(unlessLost)));
}

/** Brings what is unacked to its end, with the keys it had. [D2] */
async function retryUnacked(server: ServerProcess, conversationId: number, { token, sent }: Sender): Promise<void> {
  const socket = await SocketClient.hello(server.socketUrl, token);
  for (const [clientMsgId, entry] of sent) {
    const content = { type: 'text', text: entry.text } as const;
    entry.ack ??= await socket.command('message.send', { conversationId, clientMsgId, content });
  }
  socket.close();
}

function unlessLost(error: unknown): undefined {
  if (!(error instanceof Lost)) throw error;
}

async function readAll(server: ServerProcess, conversationId: number, token: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (let after = 0; ;) {
    const page = await http<Result<'message.history'>>(
      `${server.apiUrl}/conversations/${conversationId}/messages?after=${after}&limit=100`,
      { token },
    );
    messages.push(...page.items);
    if (!page.hasNewer) return messages;
    after = messages.at(-1)?.seq ?? after;
  }
}

/** So many people in one group, who have sent nothing yet. */
async function gatherSenders(
  server: ServerProcess,
): Promise<{ people: Sender[]; owner: Sender; conversationId: number }> {
  const people: Sender[] = [];
  for (let index = 0; index < senders; index++) {
    const { token, account } = await http<Result<'account.register'>>(`${server.apiUrl}/accounts`, {
      body: { userName: `killer${index}`, password: 'correct horse battery' },
    });
    people.push({ userId: account.id, token, sent: new Map(), next: 1 });
  }
  const [owner] = people as [Sender];
  const { conversation } = await http<Result<'conversation.create'>>(`${server.apiUrl}/conversations`, {
    token: owner.token,
    body: { kind: 'group', title: 'Kill me', memberIds: people.slice(1).map((sender) => sender.userId) },
  });
  return { people, owner, conversationId: conversation.id };
}

/** What is stored is exactly what was sent, each once, without a hole, and holds everything that was acked. @returns the acks. */
function expectWhole(stored: readonly Message[], people: readonly Sender[]): number {
  expect(stored.map((message) => message.seq)).toEqual(Array.from({ length: stored.length }, (_, index) => index + 1));
  const byKey = Map.groupBy(stored, (message) => `${message.senderId} ${message.clientMsgId}`);
  expect([...byKey.values()].filter((copies) => copies.length > 1)).toEqual([]);
  expect(new Set(stored.map((message) => message.id)).size).toBe(stored.length);
  let acked = 0;
  for (const sender of people) {
    for (const [clientMsgId, { text, ack }] of sender.sent) {
      const message = byKey.get(`${sender.userId} ${clientMsgId}`)?.[0];
      if (ack !== undefined) {
        acked++;
        expect(message).toMatchObject({ id: ack.id, seq: ack.seq, createdAt: ack.createdAt });
      }
      if (message !== undefined) expect(message.content).toEqual({ type: 'text', text });
    }
  }
  const known = new Set(people.flatMap((sender) => [...sender.sent.keys()].map((key) => `${sender.userId} ${key}`)));
  expect(
    stored.filter(
      (message) => message.content.type !== 'system' && !known.has(`${message.senderId} ${message.clientMsgId}`),
    ),
  ).toEqual([]);
  return acked;
}

test(`D1 F1 I1–I7 ${rounds} kills under load lose no acked message, double none, and leave no hole`, async () => {
  await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  const { people, owner, conversationId } = await gatherSenders(server);

  for (let round = 0; round < rounds; round++) {
    const load = Promise.all(people.map((sender) => sendUntilLost(server, conversationId, sender)));
    await Bun.sleep(20 + Math.random() * 180);
    await server.kill();
    await load;
    await server.start();
  }

  const acked = expectWhole(await readAll(server, conversationId, owner.token), people);
  expect(acked).toBeGreaterThan(rounds * senders);
}, 300_000);

/** Signs in, syncs and reads on until the server dies: the rest of what a client does. */
async function followUntilLost(server: ServerProcess, conversationId: number, { token }: Sender): Promise<void> {
  for (let readSeq = 1; ; readSeq++) {
    const socket = await SocketClient.hello(server.socketUrl, token).catch(unlessLost);
    if (socket === undefined) return;
    try {
      await socket.command('message.sync', { conversationId, after: 0, limit: 10 });
      await socket.command('cursor.advance', { conversationId, readSeq });
    } catch (error) {
      return unlessLost(error);
    } finally {
      socket.close();
    }
  }
}

test('D1 D2 F1 I1–I7 a kill at every point of a message’s life loses no acked message, and a retry doubles none', async () => {
  await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off', PARLEY_FAULTS: 'on' });
  const { people, owner, conversationId } = await gatherSenders(server);
  for (const point of faultPointNames) {
    const arm = { point, action: 'kill', skip: Math.floor(Math.random() * 20) };
    await http(`${server.opsUrl}/faults`, { body: { arm } });
    const load = people.map((sender) => sendUntilLost(server, conversationId, sender));
    await Promise.all([server.ended, ...load, followUntilLost(server, conversationId, owner)]);
    await server.start();
    expectWhole(await readAll(server, conversationId, owner.token), people);
  }
  await Promise.all(people.map((sender) => retryUnacked(server, conversationId, sender)));
  const stored = await readAll(server, conversationId, owner.token);
  expect(expectWhole(stored, people)).toBe(stored.filter(({ content }) => content.type !== 'system').length);
}, 300_000);
