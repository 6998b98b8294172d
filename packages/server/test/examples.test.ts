import { afterAll, beforeAll, expect, test } from 'bun:test';
import { join } from 'node:path';
import { createClient, type Ack, type Message, type ParleyClient } from '@parley/sdk';
import type { Subprocess } from 'bun';
import { ServerProcess } from './server-process.ts';

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

/** Resolves with the message of the lobby that has this text. */
function hears(text: string): Promise<Message> {
  return new Promise((resolve) => {
    const stop = watcher.on('message', ({ message }) => {
      if (message.content.type !== 'text' || message.content.text !== text) return;
      stop();
      resolve(message);
    });
  });
}

async function guestToken(): Promise<string> {
  const answer = await fetch(`${server.apiUrl}/guests`, { method: 'POST' });
  return ((await answer.json()) as { readonly token: string }).token;
}

/** The JSON lines a program prints, up to the reply to `id`. */
async function framesUntilReply(child: Subprocess<'ignore', 'pipe', 'inherit'>, id: number): Promise<object[]> {
  const frames: object[] = [];
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of child.stdout) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    frames.push(...lines.map((line) => JSON.parse(line) as object));
    if (frames.some((frame) => 'id' in frame && frame.id === id)) return frames;
  }
  throw new Error('The program ended before its reply came.');
}
