import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ack, Message, Result } from '@parley/protocol';
import { RawSocket } from './connect/raw-socket.ts';
import { refusalOf, register, signIn, type Person } from './security/people.ts';
import { ServerProcess } from './server-process.ts';
import { http, Lost, Refused, type SocketClient } from './socket-client.ts';

const text = (conversationId: number, clientMsgId: string, size = 1) =>
  ({ conversationId, clientMsgId, content: { type: 'text', text: 'x'.repeat(size) } }) as const;

/** What D11 allows for a refusal, and a little for a busy machine. */
const refusalMsMax = 3_000;

async function pair(server: ServerProcess): Promise<{ ann: Person; ben: Person; conversationId: number }> {
  const [ann, ben] = [await register(server, 'ann'), await register(server, 'ben')];
  const { conversation } = await http<Result<'conversation.direct'>>(`${server.apiUrl}/directs`, {
    token: ann.token,
    body: { userId: ben.id },
  });
  return { ann, ben, conversationId: conversation.id };
}

async function historyOf(server: ServerProcess, person: Person, conversationId: number): Promise<Message[]> {
  const messages: Message[] = [];
  for (let after = 0; ; after = messages.at(-1)?.seq ?? after) {
    const url = `${server.apiUrl}/conversations/${conversationId}/messages?after=${after}&limit=100`;
    const page = await http<Result<'message.history'>>(url, { token: person.token });
    messages.push(...page.items);
    if (!page.hasNewer) return messages;
  }
}

describe('D11 F5 F6 while nothing can be stored', () => {
  /** Everything that stores is refused at once, everything that reads goes on. */
  async function expectRefusing(
    server: ServerProcess,
    { ann, ben, conversationId }: Awaited<ReturnType<typeof pair>>,
    socket: SocketClient,
  ) {
    const codes = Promise.all([
      ...Array.from({ length: 20 }, (_, index) =>
        refusalOf(socket.command('message.send', text(conversationId, `no-${index}`, 8_000))),
      ),
      refusalOf(socket.command('conversation.create', { kind: 'group', title: 'no', memberIds: [] })),
      refusalOf(signIn(server, 'ben')),
      refusalOf(http(`${server.apiUrl}/directs`, { token: ann.token, body: { userId: ben.id + 1_000 } })),
    ]);
    const late = Bun.sleep(refusalMsMax).then(() => 'late' as const);
    await historyOf(server, ben, conversationId);
    const reader = await ben.hello();
    expect((await reader.command('conversation.get', { conversationId })).conversation.id).toBe(conversationId);
    reader.close();
    const answers = await Promise.race([codes, late]);
    expect(answers).not.toBe('late');
    expect((answers as (string | undefined)[]).slice(0, 21)).toEqual(Array.from({ length: 21 }, () => 'unavailable'));
  }

  async function expectRecovered(
    server: ServerProcess,
    { ann, ben, conversationId }: Awaited<ReturnType<typeof pair>>,
    socket: SocketClient,
  ) {
    const witness = await ben.hello();
    const ack = await socket.command('message.send', text(conversationId, 'after'));
    await witness.push('message.changed', ({ message }) => message.id === ack.id);
    const stored = await historyOf(server, ann, conversationId);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_message, index) => index + 1));
    expect(stored.filter(({ clientMsgId }) => clientMsgId.startsWith('no-'))).toEqual([]);
    witness.close();
  }

  test('because another process keeps the database locked', async () => {
    await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
    const people = await pair(server);
    const socket = await people.ann.hello();
    await socket.command('message.send', text(people.conversationId, 'before'));
    const other = new Database(join(server.dataDir, 'parley.sqlite'));
    other.run('pragma busy_timeout = 5000');
    other.run('begin immediate');
    await expectRefusing(server, people, socket);
    other.run('rollback');
    other.close();
    await expectRecovered(server, people, socket);
    socket.close();
  }, 60_000);

  const folder = mkdtempSync(join(tmpdir(), 'parley-full-'));
  const mounted = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).exitCode === 0;
  test.skipIf(!mounted)(
    'because the disk is full (needs the right to mount)',
    async () => {
      try {
        await using server = await ServerProcess.start({
          PARLEY_RATE_LIMITS: 'off',
          PARLEY_DATA_DIR: folder,
        });
        const people = await pair(server);
        const socket = await people.ann.hello();
        await socket.command('message.send', text(people.conversationId, 'before'));
        const fill = join(folder, 'fill');
        for (let size = 4_194_304; size >= 1; size = Math.floor(size / 2))
          try {
            writeFileSync(fill, Buffer.alloc(size), { flag: 'a' });
          } catch {
            // What is left is smaller.
          }
        // The log has its page, and more lines than fit: none of them fails a sign-in.
        for (let index = 0; index < 60; index++)
          expect(
            await refusalOf(
              http(`${server.apiUrl}/sessions`, { body: { userName: `nobody${index}`, password: 'x'.repeat(9) } }),
            ),
          ).toBe('wrong-credentials');
        await expectRefusing(server, people, socket);
        rmSync(fill);
        await expectRecovered(server, people, socket);
        socket.close();
      } finally {
        Bun.spawnSync(['umount', '-l', folder]);
      }
    },
    60_000,
  );
});

describe('F19 a server that is told to stop', () => {
  /** Sends until it is refused or cut off; the acks. */
  async function sendUntilStopped(socket: SocketClient, conversationId: number, name: string): Promise<Ack[]> {
    const acks: Ack[] = [];
    const lane = async (lane: number): Promise<void> => {
      for (let next = 0; ; next++)
        try {
          acks.push(await socket.command('message.send', text(conversationId, `${name}-${lane}-${next}`)));
        } catch (error) {
          if (!(error instanceof Lost) && !(error instanceof Refused)) throw error;
          return;
        }
    };
    await Promise.all(Array.from({ length: 16 }, (_, index) => lane(index)));
    return acks;
  }

  test('D1 D6 under load: exit code 0, clients are told to come back, every ack is kept and reaches the peer on resume', async () => {
    await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
    const { ann, ben, conversationId } = await pair(server);
    const witness = await ben.hello();
    const { asOf } = await witness.command('session.changes', {});
    for (let round = 0; round < 5; round++) {
      const sockets = [await ann.hello(), await ann.hello()];
      const load = Promise.all(
        sockets.map((socket, index) => sendUntilStopped(socket, conversationId, `${round}-${index}`)),
      );
      await Bun.sleep(150 + Math.random() * 150);
      expect(await server.stop()).toBe(0);
      const acks = (await load).flat();
      expect(acks.length).toBeGreaterThan(0);
      expect(await Promise.all(sockets.map((socket) => socket.closed))).toEqual([4000, 4000]);
      await server.start();
      const stored = new Map((await historyOf(server, ben, conversationId)).map((message) => [message.id, message]));
      for (const ack of acks) expect(stored.get(ack.id)).toMatchObject({ seq: ack.seq, createdAt: ack.createdAt });
      const resumed = await ben.hello();
      const { conversations } = await resumed.command('session.changes', { since: asOf });
      expect(conversations.find(({ id }) => id === conversationId)?.seq).toBe(stored.size);
      resumed.close();
    }
  }, 90_000);

  test('twice stops at once, also while something hangs, and nothing acked is lost', async () => {
    await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off', PARLEY_DRAIN_MS: '600000' });
    const { ann, conversationId } = await pair(server);
    const socket = await ann.hello();
    const ack = await socket.command('message.send', text(conversationId, 'kept'));
    server.terminate();
    await socket.push('server.draining');
    expect(await server.stop()).toBe(0);
    await server.start();
    expect((await historyOf(server, ann, conversationId)).map(({ id }) => id)).toContain(ack.id);
  }, 60_000);

  test('a half-written request does not keep it from stopping', async () => {
    await using server = await ServerProcess.start();
    for (const port of [server.ports.api, server.ports.site, server.ports.ws, server.ports.ops]) {
      const socket = await RawSocket.open(port);
      socket.write(
        'POST /api/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      );
    }
    expect(await server.stop()).toBe(0);
  }, 60_000);
});

test('F1 D6 D7 a message whose server died after the commit and before anyone was told reaches the peer that resumes', async () => {
  await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  const { ann, ben, conversationId } = await pair(server);
  const witness = await ben.hello();
  const { asOf } = await witness.command('session.changes', {});
  const socket = await ann.hello();
  const sending = Array.from({ length: 200 }, (_, index) =>
    socket.command('message.send', text(conversationId, `m-${index}`)).catch(() => undefined),
  );
  await sending[0];
  await server.kill();
  await Promise.all(sending);
  const pushed = new Set(witness.pushes.map((push) => (push.push === 'message.changed' ? push.message.id : '')));
  await server.start();
  const resumed = await ben.hello();
  const { conversations } = await resumed.command('session.changes', { since: asOf });
  const stored = await historyOf(server, ben, conversationId);
  expect(conversations.find(({ id }) => id === conversationId)).toMatchObject({
    seq: stored.length,
    version: stored.length,
  });
  for (const id of pushed) if (id !== '') expect(stored.map((message) => message.id)).toContain(id);
  resumed.close();
}, 30_000);
