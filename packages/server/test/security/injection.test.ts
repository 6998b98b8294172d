import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandList, type Command, type WireError } from '@parley/protocol';
import { z } from 'zod';
import { seedPost } from '../seed-client.ts';
import { ServerProcess } from '../server-process.ts';
import { Refused, type SocketClient } from '../socket-client.ts';
import { register, type Person } from './people.ts';

const corpus = [
  "' or 1=1 --",
  "'; drop table users; --",
  '" or ""="',
  "\\'; select load_extension('x'); --",
  '%',
  '_%_',
  '* OR body:*',
  'NEAR("a" "b", 5)',
  '"unbalanced',
  'a AND NOT',
  '{col}:x ^ -',
  '${7*7}{{7*7}}#{7*7}',
  '<img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '../../../../etc/passwd',
  '%2e%2e%2f%00',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfff',
  '\u202e\u2066\u200b',
  'İıſK',
  '👨‍👩‍👧‍👦'.repeat(3),
  'a'.repeat(9_000),
  '((((((((((a+)+)+)+)+)+)+)+)+)+)+$'.repeat(20),
  '__proto__',
  'constructor',
  'toString',
  '-0',
  '1e309',
  'null',
  '\r\nX-Injected: 1\r\n\r\n',
];

type Schema = Readonly<Record<string, unknown>>;
type Properties = Readonly<Record<string, Schema>>;

/** A value that may fit; every string in it is `text`. */
function sample(schema: Schema, text: string): unknown {
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (options !== undefined) return sample(options[text.length % options.length] ?? {}, text);
  if (schema['const'] !== undefined) return schema['const'];
  const values = schema['enum'] as readonly unknown[] | undefined;
  if (values !== undefined) return text.length % 3 === 0 ? text : values[0];
  switch (schema['type']) {
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [sample((schema['items'] ?? {}) as Schema, text)];
    case 'object':
      return Object.fromEntries(
        Object.entries((schema['properties'] ?? {}) as Properties).map(([name, inner]) => [name, sample(inner, text)]),
      );
    default:
      return text;
  }
}

const paramsOf = (command: Command, text: string): Record<string, unknown> => {
  const schema = z.toJSONSchema(command.params, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema;
  return sample(schema, text) as Record<string, unknown>;
};

/** Those that would end the very session the test speaks with. */
const ending = new Set(['session.delete', 'device.end', 'session.hello']);
const commands = (commandList as readonly Command[]).filter(({ name }) => !ending.has(name));

let server: ServerProcess;
let ann: Person;
let socket: SocketClient;
beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  ann = await register(server, 'ann');
  socket = await ann.hello();
  await socket.command('conversation.join', { conversationId: 1 });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Refusals are fine, defects are not. */
async function wireErrorOf(asked: Promise<unknown>): Promise<WireError | undefined> {
  try {
    await asked;
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.wire;
    throw error;
  }
}

async function expectUnharmed(): Promise<void> {
  const log = readFileSync(join(server.dataDir, 'parley.log'), 'utf8').trimEnd().split('\n');
  expect(log.map((line) => JSON.parse(line) as { level: number }).filter(({ level }) => level >= 50)).toEqual([]);
  const { conversation } = await socket.command('conversation.get', { conversationId: 1 });
  expect(conversation.id).toBe(1);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}

test('no text in any field of any command is more than text: over the socket', async () => {
  for (const command of commands)
    for (const text of corpus) {
      const error = await wireErrorOf(socket.command(command.name as 'session.get', paramsOf(command, text) as never));
      expect([command.name, text.slice(0, 40), error?.code === 'internal']).toEqual([
        command.name,
        text.slice(0, 40),
        false,
      ]);
    }
  await expectUnharmed();
}, 120_000);

test('no text in any path, query or body is more than text: over HTTP', async () => {
  for (const command of commands) {
    if (command.http === undefined) continue;
    for (const text of corpus) {
      const { path, query, body } = request(command, text);
      const answer = await fetch(`${server.apiUrl}${path}${query}`, {
        method: command.http.method,
        headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
      expect([command.name, text.slice(0, 40), answer.status === 500]).toEqual([
        command.name,
        text.slice(0, 40),
        false,
      ]);
      expect(answer.headers.get('x-injected')).toBeNull();
      await answer.arrayBuffer();
    }
  }
  await expectUnharmed();
}, 120_000);

function request(command: Command, text: string): { path: string; query: string; body: string | undefined } {
  const params = paramsOf(command, text);
  const path = (command.http?.path ?? '').replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
    const value = params[name] === 1 && text.length % 2 === 0 ? text : params[name];
    delete params[name];
    return encodeURIComponent(String(value).toWellFormed().slice(0, 2_000)) || '-';
  });
  const isQuery = command.http?.method === 'GET' || command.http?.method === 'DELETE';
  if (!isQuery) return { path, query: '', body: JSON.stringify(params) };
  const pairs = Object.entries(params).map(([name, value]) => [name, String(value).toWellFormed().slice(0, 2_000)]);
  return { path, query: `?${new URLSearchParams(pairs).toString()}`, body: undefined };
}

test('forbidden and unknown keys are refused wherever they stand', async () => {
  for (const command of commands) {
    if (command.name === 'session.ping') continue;
    const params = JSON.stringify(paramsOf(command, 'x'));
    for (const key of ['__proto__', 'constructor', 'prototype', 'polluted']) {
      const text = params === '{}' ? `{"${key}":{"polluted":1}}` : params.replace('{', `{"${key}":{"polluted":1},`);
      // JSON.parse makes `__proto__` a key of its own, as the server does.
      const asked = socket.command(command.name as 'session.get', JSON.parse(text) as never);
      expect([command.name, key, (await wireErrorOf(asked))?.code]).toEqual([command.name, key, 'invalid-params']);
    }
  }
  const nested =
    '{"conversationId":1,"clientMsgId":"n","content":{"type":"custom","data":{"a":[{"__proto__":{"polluted":1}}]}}}';
  expect((await wireErrorOf(socket.command('message.send', JSON.parse(nested) as never)))?.code).toBe('invalid-params');
  await expectUnharmed();
}, 60_000);

test('values that are deep are refused before they are walked', async () => {
  const deep = `${'['.repeat(4_000)}${']'.repeat(4_000)}`;
  const params = `{"conversationId":1,"clientMsgId":"d","content":{"type":"custom","data":${deep}}}`;
  expect((await wireErrorOf(socket.command('message.send', JSON.parse(params) as never)))?.code).toBe('invalid-params');
  const answer = await fetch(`${server.apiUrl}/conversations/1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'application/json' },
    body: `{"clientMsgId":"d","content":{"type":"custom","data":${deep}}}`,
  });
  expect(answer.status).toBe(422);
  socket.sendRaw(`{"id":1,"command":"message.send","params":${'['.repeat(30_000)}${']'.repeat(30_000)}}`);
  await expectUnharmed();
});

test('the seed’s routes take the corpus as text, too', async () => {
  for (const text of corpus) {
    await seedPost(server.ports.api, '/user/register', { userName: text, passWord: text });
    await seedPost(server.ports.api, '/user/login', { userName: text, passWord: text });
    await seedPost(server.ports.api, '/user/checkAuth', { authToken: text });
    await seedPost(server.ports.api, '/push/pushRoom', { authToken: ann.token, msg: text, roomId: text });
    await seedPost(server.ports.api, '/push/pushRoom', { authToken: ann.token, msg: text, roomId: 1 });
    await seedPost(server.ports.api, '/push/push', { authToken: ann.token, msg: text, toUserId: text, roomId: 1 });
    await seedPost(server.ports.api, '/user/login', `{"__proto__":{"polluted":1},"userName":"x","passWord":"y"}`);
    await seedPost(server.ports.api, '/user/login', text);
  }
  await expectUnharmed();
}, 60_000);

test('what was stored comes back as it was sent', async () => {
  for (const [index, text] of corpus.entries()) {
    if (text.length > 8_000 || !text.isWellFormed() || text.includes('\u0000')) continue;
    const { seq } = await socket.command('message.send', {
      conversationId: 1,
      clientMsgId: `back-${index}`,
      content: { type: 'text', text },
    });
    const { message } = await socket.command('message.get', { conversationId: 1, seq });
    expect(message.content).toEqual({ type: 'text', text });
  }
});
