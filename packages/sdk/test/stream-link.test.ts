import { describe, expect, test } from 'bun:test';
import { closeCodes } from '@parley/protocol';
import type { LinkEvents } from '../src/environment.ts';
import { openStreamLink } from '../src/stream-link.ts';
import { ScriptedHttp } from './scripted-http.ts';
import { ScriptedServer } from './scripted-server.ts';

const url = 'http://parley.test/v1/stream';

/** A stream link of a scripted `fetch`, and what it told. */
function start() {
  const http = new ScriptedHttp();
  const time = new ScriptedServer();
  const told: unknown[] = [];
  const events: LinkEvents = {
    over: (transport) => told.push(['over', transport]),
    opened: () => told.push(['opened']),
    received: (text) => told.push(['received', JSON.parse(text)]),
    closed: (code, reason) => told.push(['closed', code, reason]),
  };
  const link = openStreamLink({ ...time.environment, fetch: http.fetch }, url, events);
  return { http, time, told, link, pass: (ms: number) => time.pass(ms) };
}

/** One that is open. */
async function opened() {
  const parts = start();
  const [request] = parts.http.requests;
  request!.stream();
  await parts.pass(0);
  request!.say('event: open\ndata: {"streamId":"secret"}\n\n');
  await parts.pass(0);
  parts.told.length = 0;
  return { ...parts, answer: request! };
}

const numbersOf = (http: ScriptedHttp) => http.posts.map(({ posted }) => posted.number);

describe('a stream link', () => {
  test('is open with the first event, and asks and posts without cookies, cache, redirects and secrets in the URL', async () => {
    const { http, told, link, pass } = start();
    http.requests[0]!.stream();
    await pass(0);
    expect(told).toEqual([]);
    http.requests[0]!.say(':\n\nevent: open\ndata: {"streamId":"secret"}\n\n');
    await pass(0);
    expect(told).toEqual([['over', 'stream'], ['opened']]);
    link.send('{"id":1}');
    await pass(0);
    const init = { method: 'POST', credentials: 'omit', cache: 'no-store', redirect: 'error' };
    expect(http.requests).toMatchObject([
      { url, init },
      { url: `${url}/frames`, init },
    ]);
  });

  test('gives what comes, also half a character at a time, and the code of the end', async () => {
    const { answer, told, pass } = await opened();
    for (const byte of new TextEncoder().encode('data: {"push":"你好"}\n\n')) answer.say(Uint8Array.of(byte));
    answer.say('event: later\ndata: ?\n\n');
    answer.say('event: close\ndata: {"code":4000,"reason":"{\\"retryAfterMs\\":5}"}\n\ndata: {"push":"late"}\n\n');
    await pass(0);
    expect(told).toEqual([
      ['received', { push: '你好' }],
      ['closed', closeCodes.drain.code, '{"retryAfterMs":5}'],
    ]);
    expect(answer.isAborted).toBe(true);
  });

  test.each(['end', 'cut'] as const)('that has its answer %s without a reason was lost', async (how) => {
    const { answer, told, pass } = await opened();
    answer[how]();
    await pass(0);
    expect(told).toEqual([['closed', 1006, '']]);
  });

  test('is lost when the answer is a refusal, no event stream, or none', async () => {
    for (const refuse of ['403', 'html', 'none'] as const) {
      const { http, told, pass } = start();
      if (refuse === '403') http.requests[0]!.answer(403);
      if (refuse === 'html') http.requests[0]!.stream('text/html');
      if (refuse === 'none') http.requests[0]!.fail();
      await pass(0);
      expect(told).toEqual([['closed', 1006, '']]);
    }
  });

  test('D3 posts one at a time, in order, each time with all that gathered meanwhile', async () => {
    const { http, link, pass } = await opened();
    link.send('{"id":1}');
    link.send('{"id":2}');
    await pass(0);
    link.send('{"id":3}');
    link.send('{"id":4}');
    await pass(0);
    expect(http.posts.map(({ posted }) => posted)).toEqual([
      { number: 1, streamId: 'secret', frames: [{ id: 1 }, { id: 2 }] },
    ]);
    http.lastPost.answer(204);
    await pass(0);
    expect(http.lastPost.posted).toEqual({ number: 2, streamId: 'secret', frames: [{ id: 3 }, { id: 4 }] });
    expect(http.lastPost.url).toBe(`${url}/frames`);
  });

  test('a POST takes no more frames and bytes than the server does', async () => {
    const { http, link, pass } = await opened();
    for (let id = 1; id <= 300; id++) link.send(`{"id":${id}}`);
    await pass(0);
    expect(http.lastPost.posted.frames).toHaveLength(256);
    const large = '字'.repeat(20_000);
    for (let id = 301; id <= 306; id++) link.send(JSON.stringify({ id, large }));
    http.lastPost.answer(204);
    await pass(0);
    const rest = http.lastPost.posted.frames as { id: number }[];
    expect([rest[0]?.id, rest.at(-1)?.id]).toEqual([257, 304]);
    expect(Buffer.byteLength(http.lastPost.body)).toBeLessThanOrEqual(262_144);
    http.lastPost.answer(204);
    await pass(0);
    expect(http.lastPost.posted.frames).toMatchObject([{ id: 305 }, { id: 306 }]);
  });

  test('D2 a POST without an answer, or with one of somebody in between, comes again under the same number', async () => {
    const { http, link, told, pass } = await opened();
    link.send('{"id":1}');
    await pass(0);
    http.lastPost.fail();
    await pass(300);
    http.lastPost.answer(502);
    await pass(600);
    await pass(10_000);
    expect(http.lastPost.isAborted).toBe(true);
    await pass(1_200);
    http.lastPost.answer(204);
    link.send('{"id":2}');
    await pass(0);
    expect(numbersOf(http)).toEqual([1, 1, 1, 1, 2]);
    expect(told).toEqual([]);
  });

  test.each([404, 409, 413])('a POST that is refused with %d ends the link at once', async (status) => {
    const { http, link, answer, told, pass } = await opened();
    link.send('{"id":1}');
    await pass(0);
    http.lastPost.answer(status);
    await pass(0);
    expect(told).toEqual([['closed', 1006, '']]);
    expect([http.posts.length, answer.isAborted]).toEqual([1, true]);
  });

  test('a POST that cannot be brought there is given up after four tries', async () => {
    const { http, link, told, pass } = await opened();
    link.send('{"id":1}');
    for (let tries = 0; tries < 6; tries++) {
      await pass(2_000);
      http.lastPost.fail();
    }
    await pass(0);
    expect([numbersOf(http), told]).toEqual([[1, 1, 1, 1], [['closed', 1006, '']]]);
  });

  test('that was closed asks, tells and posts nothing more', async () => {
    const { http, link, answer, told, pass } = await opened();
    link.send('{"id":1}');
    await pass(0);
    link.close();
    link.send('{"id":2}');
    await pass(60_000);
    expect([told, numbersOf(http), answer.isAborted, http.lastPost.isAborted]).toEqual([[], [1], true, true]);
  });
});
