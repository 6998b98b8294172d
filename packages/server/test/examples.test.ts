import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { createClient, type Ack, type Message, type ParleyClient } from '@parley/sdk';
import type { Subprocess } from 'bun';
import { ServerProcess } from './server-process.ts';

type Child = Subprocess<'ignore', 'pipe', 'inherit'>;

const slow = 60_000;
const examples = join(import.meta.dir, '../../../examples');
const hasCurl = Bun.which('curl') !== null || process.env['CI'] !== undefined;
let server: ServerProcess;
let watcher: ParleyClient;

beforeAll(async () => {
  server = await ServerProcess.start();
  watcher = createClient({ url: siteUrl() });
  await watcher.connect();
  await watcher.account.guest({ displayName: 'Watcher' });
  watcher.conversation(1).open();
}, slow);

afterAll(async () => {
  await watcher.close();
  await server[Symbol.asyncDispose]();
}, slow);

test(
  'the echo bot answers what anybody says in the lobby',
  async () => {
    await using bot = run('echo-bot.ts', siteUrl());
    await hears('Hello, I repeat what you say.');
    const answer = hears('You said: How are you?');
    const { seq } = await watcher.conversation(1).sendAndWait('How are you?');
    expect((await answer).replyTo).toBe(seq);
    expect(bot.process.exitCode).toBeNull();
  },
  slow,
);

test(
  'first words are stored and heard',
  async () => {
    const heard = hears('Hello, world');
    await using program = run('first-message.ts', siteUrl());
    const { seq } = await heard;
    expect(await linesUntil(program.process, /Stored for good/)).toContain(`Stored for good as message ${seq}.`);
  },
  slow,
);

test(
  'the bridge carries both ways, in no circle, and what was said while it was away once',
  async () => {
    const owner = createClient({ url: siteUrl() });
    await owner.account.register({ userName: 'bridge', password: 'across the river', displayName: 'Bridge' });
    await owner.connect();
    const { id } = await owner.conversations.create({ kind: 'room', title: 'Other side' });
    await owner.conversations.join(1);
    await watcher.conversations.join(id);
    watcher.conversation(id).open();
    const token = await bridgeToken();
    const [intoRoom, intoLobby] = [hears('Watcher: from the lobby', id), hears('Watcher: from the room', 1)];
    {
      await using _bridge = run('bridge.ts', siteUrl(), token, '1', String(id));
      await watcher.conversation(1).sendAndWait('from the lobby');
      await intoRoom;
      await watcher.conversation(id).sendAndWait('from the room');
      await intoLobby;
    }
    await watcher.conversation(1).sendAndWait('while it was away');
    const [late, last] = [hears('Watcher: while it was away', id), hears('Watcher: the last', id)];
    await using _again = run('bridge.ts', siteUrl(), token, '1', String(id));
    await late;
    await watcher.conversation(1).sendAndWait('the last');
    await last;
    const carried = /^(Bridge|Watcher): (Watcher|from the|while it was|the last)/;
    expect((await textsOf(id)).filter((text) => carried.test(text))).toEqual([
      'Watcher: from the lobby',
      'Watcher: while it was away',
      'Watcher: the last',
    ]);
    expect((await textsOf(1)).filter((text) => carried.test(text))).toEqual(['Watcher: from the room']);
    await owner.close();
  },
  slow,
);

test.skipIf(!hasCurl)(
  'the curl script sends a message and reads it back (skipped without curl: apt-get install curl)',
  async () => {
    const heard = hears('Hello from curl');
    await using script = start(['sh', join(examples, 'send-with-curl.sh'), `${siteUrl()}/api`]);
    const [ack = '', history = ''] = (await new Response(script.process.stdout).text()).trim().split('\n');
    expect(await script.process.exited).toBe(0);
    expect((JSON.parse(ack) as Ack).seq).toBe((await heard).seq);
    expect(history).toContain('Hello from curl');
  },
  slow,
);

test.each([
  ['raw-websocket.ts', (): string => `ws://127.0.0.1:${server.ports.site}/v1/socket`, 'Hello by hand'],
  ['tcp-client.ts', (): string => `127.0.0.1:${server.ports.tcp[0]}`, 'Hello over TCP'],
] as const)(
  '%s signs in, sends, and prints replies and pushes',
  async (name, address, text) => {
    const heard = hears(text);
    await using client = run(name, address(), await guestToken());
    const frames = await framesUntilReply(client.process, 3);
    const { seq } = await heard;
    expect(frames).toContainEqual(expect.objectContaining({ id: 1, result: expect.anything() }));
    expect(frames).toContainEqual(expect.objectContaining({ id: 3, result: expect.objectContaining({ seq }) }));
    expect(frames).toContainEqual(expect.objectContaining({ push: 'message.changed' }));
  },
  slow,
);

function siteUrl(): string {
  return `http://127.0.0.1:${server.ports.site}`;
}

function run(name: string, ...args: readonly string[]) {
  return start([process.execPath, join(examples, name), ...args]);
}

function start(command: string[]) {
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'inherit' });
  return {
    process: child,
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill();
      await child.exited;
    },
  };
}

/** Resolves with the message that has this text. */
function hears(text: string, conversationId = 1): Promise<Message> {
  return new Promise((resolve) => {
    const stop = watcher.on('message', ({ message }) => {
      if (message.conversationId !== conversationId) return;
      if (message.content.type !== 'text' || message.content.text !== text) return;
      stop();
      resolve(message);
    });
  });
}

/** The latest texts, oldest first. */
async function textsOf(conversationId: number): Promise<string[]> {
  const { items } = await watcher.request('message.history', { conversationId, limit: 100 });
  return items.map(({ content }) => (content.type === 'text' ? content.text : content.type));
}

async function bridgeToken(): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ userName: 'bridge', password: 'across the river' });
  const answer = await fetch(`${server.apiUrl}/sessions`, { method: 'POST', headers, body });
  return ((await answer.json()) as { readonly token: string }).token;
}

async function guestToken(): Promise<string> {
  const answer = await fetch(`${server.apiUrl}/guests`, { method: 'POST' });
  return ((await answer.json()) as { readonly token: string }).token;
}

/** The JSON lines a program prints, up to the reply to `id`. */
async function framesUntilReply(child: Child, id: number): Promise<object[]> {
  const lines = await linesUntil(child, new RegExp(`^{"id":${id},`));
  return lines.map((line) => JSON.parse(line) as object);
}

/** What a program prints, up to a line. */
async function linesUntil(child: Child, last: RegExp): Promise<string[]> {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of child.stdout) {
    const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    if (lines.some((line) => last.test(line))) return lines;
  }
  throw new Error('The program ended before that line came.');
}
