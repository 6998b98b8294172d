import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Push, ReplyFrame } from '@parley/protocol';
import type { Recording } from './recorded/recording.ts';
import { missingOf, shapeOf } from './recorded/shape.ts';
import { register } from './security/people.ts';
import { ServerProcess } from './server-process.ts';
import { http } from './socket-client.ts';

const folder = join(import.meta.dir, 'recorded');
const recordings = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** A socket that sends texts as they were recorded. */
class OldClient {
  readonly pushes = new Map<string, Push>();
  private readonly socket: WebSocket;
  private readonly replies: ReplyFrame[] = [];
  private wake = Promise.withResolvers<void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.onmessage = (event) => this.take(JSON.parse(String(event.data)) as ReplyFrame | Push);
    socket.onclose = () => this.wake.reject(new Error('The socket was closed.'));
  }

  static open(url: string, subprotocol: string): Promise<OldClient> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, subprotocol);
      const client = new OldClient(socket);
      socket.onopen = () => resolve(client);
      socket.onerror = () => reject(new Error('The socket did not open.'));
    });
  }

  async ask(frame: string): Promise<ReplyFrame> {
    this.socket.send(frame);
    return this.until(() => this.replies.shift());
  }

  push(name: string): Promise<Push> {
    return this.until(() => this.pushes.get(name));
  }

  close(): void {
    this.socket.onclose = null;
    this.socket.close();
  }

  private async until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await this.wake.promise;
    }
  }

  private take(frame: ReplyFrame | Push): void {
    if (!('push' in frame)) this.replies.push(frame);
    else if (!this.pushes.has(frame.push)) this.pushes.set(frame.push, frame);
    this.wake.resolve();
    this.wake = Promise.withResolvers<void>();
  }
}

const fieldOf = (value: unknown, path: string): unknown =>
  path.split('.').reduce((inner, field) => (inner as Record<string, unknown>)[field], value);

test.each(recordings)(
  'F21 a client of %s gets from this server all it got then',
  async (file) => {
    const { subprotocol, steps, pushes } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording;
    await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
    const [ann, ben] = [await register(server, 'ann'), await register(server, 'ben')];
    const values: Record<string, unknown> = { $token: ann.token, $ben: ben.id };
    const client = await OldClient.open(server.socketUrl, subprotocol);
    for (const { frame, result, names = {} } of steps) {
      const reply = await client.ask(frame.replaceAll(/\$\w+/g, (name) => String(values[name])));
      const answered = 'result' in reply ? reply.result : reply;
      expect([frame, missingOf(result, shapeOf(answered))]).toEqual([frame, []]);
      for (const [name, path] of Object.entries(names)) values[name] = fieldOf(answered, path);
    }
    for (const [name, shape] of Object.entries(pushes))
      expect([name, missingOf(shape, shapeOf(await client.push(name)))]).toEqual([name, []]);
    client.close();
  },
  30_000,
);

test('F21 what this server does not know is refused by name, and the socket goes on', async () => {
  await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  const ann = await register(server, 'ann');
  const client = await OldClient.open(server.socketUrl, 'parley.v1+json');
  await client.ask(JSON.stringify({ id: 1, command: 'session.hello', params: { token: ann.token } }));
  const asked = [
    { id: 2, command: 'message.translate', params: { to: 'fr' } },
    { id: 3, command: 'conversation.list', params: { limit: 10, colour: 'red' } },
    { id: 4, command: 'session.ping', params: {}, trace: 'abc' },
  ];
  expect(await client.ask(JSON.stringify(asked[0]))).toMatchObject({ id: 2, error: { code: 'unknown-command' } });
  expect(await client.ask(JSON.stringify(asked[1]))).toMatchObject({
    id: 3,
    error: { code: 'invalid-params', fields: [{ pointer: '/colour' }] },
  });
  expect(await client.ask(JSON.stringify(asked[2]))).toMatchObject({ id: 4, result: {} });
  expect(await http(`${server.apiUrl}/users/${ann.id}`, { token: ann.token })).toBeDefined();
  client.close();
}, 20_000);

test('F21 a field that is gone, or is of another type, is found; one that is new is not', () => {
  const old = { id: 1, user: { name: 'ann', tags: ['a'] } };
  expect(missingOf(shapeOf(old), shapeOf({ ...old, isNew: true }))).toEqual([]);
  expect(missingOf(shapeOf(old), shapeOf({ id: '1', user: { name: 'ann', tags: [2] } }))).toEqual([
    '/id',
    '/user/tags/0',
  ]);
  expect(missingOf(shapeOf(old), shapeOf({ user: { tags: ['a'] } }))).toEqual(['/id', '/user/name']);
});
