import { expect, test } from 'bun:test';
import { closeCodes, limits } from '@parley/protocol';
import { problemOf } from './problem-of.ts';
import { RawSocket } from './raw-socket.ts';
import { RawStream } from './raw-stream.ts';
import { TestNode } from './test-node.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const urlOf = (node: TestNode, path = '') => `http://127.0.0.1:${node.port}/v1/stream${path}`;
const commandOf = (id: number, command: string, params: unknown = {}) => JSON.stringify({ id, command, params });

test('D3 the frames of one POST are taken in their order, each answered on the stream', async () => {
  await using node = new TestNode();
  const stream = await RawStream.open(node.port);
  const frames = [
    commandOf(1, 'session.hello', { token: '4' }),
    ...Array.from({ length: 200 }, (_, index) => commandOf(index + 2, 'message.send', { index })),
  ];
  expect((await stream.post(frames.join('\n'))).status).toBe(204);
  expect(await stream.json()).toMatchObject({ id: 1, result: { userId: 4 } });
  for (let index = 0; index < 200; index++) expect(await stream.json()).toEqual({ id: index + 2, result: { index } });
});

test('D2 a POST that is repeated is taken once, also while the first is still on its way', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1);
  const again = commandOf(2, 'message.send');
  const answers = await Promise.all([1, 2, 3].map(() => stream.post(again, { number: 2 })));
  expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
  expect((await stream.post(commandOf(1, 'session.hello'), { number: 1 })).status).toBe(204);
  expect((await stream.post(commandOf(3, 'message.send'), { number: 3 })).status).toBe(204);
  expect([(await stream.json()).id, (await stream.json()).id]).toEqual([2, 3]);
  expect(node.logic.batches.flat().map(({ command }) => command)).toEqual([
    'session.hello',
    'message.send',
    'message.send',
  ]);
});

test('a POST that is missing ends the stream with frames-missing, and nothing after it is taken', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1);
  const answer = await stream.post(commandOf(2, 'message.send'), { number: 3 });
  expect(await problemOf(answer)).toEqual([409, 'frames-missing']);
  const { code, reason, before } = await stream.closeFrame();
  expect([code, reason, before]).toEqual([closeCodes['frames-missing'].code, 'frames-missing', []]);
  expect(await problemOf(await stream.post(commandOf(3, 'message.send'), { number: 2 }))).toEqual([
    404,
    'unknown-stream',
  ]);
  expect(node.logic.batches).toHaveLength(1);
});

test('frames for a stream that is not there, or has ended, are refused with unknown-stream', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1);
  for (const id of ['', 'x', stream.id.slice(1), `${stream.id}x`, encodeURIComponent('../'), '__proto__']) {
    const answer = await stream.post(commandOf(2, 'message.send'), { headers: { 'Parley-Stream': id } });
    expect([id, ...(await problemOf(answer))]).toEqual([id, 404, 'unknown-stream']);
  }
  const inUrl = await fetch(urlOf(node, `/frames?Parley-Stream=${stream.id}`), { method: 'POST', body: '{}' });
  expect((await problemOf(inUrl))[1]).toBe('unknown-stream');
  stream.destroy();
  while (node.connect.numbers().connections > 0) await nextTurn();
  expect((await problemOf(await stream.post('{}')))[1]).toBe('unknown-stream');
});

test('the number of a POST is an integer from 1', async () => {
  await using node = new TestNode();
  const stream = await RawStream.open(node.port);
  for (const number of ['', '0', '-1', '1.5', '1e3', 'one', '9'.repeat(30)]) {
    const answer = await stream.post('{}', { number: 1, headers: { 'Parley-Frames': number } });
    expect([number, ...(await problemOf(answer))]).toEqual([number, 422, 'invalid-params']);
  }
});

test('20 unreadable frames or bodies close the stream with bad-frames, 19 do not', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1);
  const bad = ['{', '[]', 'null', '{"id":0,"command":"x"}', '{"id":1}', '"x"', '1e999', '', ' '];
  expect((await stream.post(bad.join('\n'))).status).toBe(204);
  expect((await stream.post(bad.join('\n'), { number: 3 })).status).toBe(204);
  expect(await problemOf(await stream.post(new Uint8Array([0xff, 0xfe]), { number: 4 }))).toEqual([
    400,
    'invalid-frame',
  ]);
  for (let index = 0; index < 19; index++)
    expect(await stream.json()).toMatchObject({ id: 0, error: { code: 'invalid-frame' } });
  expect((await stream.post(`${commandOf(2, 'session.ping')}\n}\n`, { number: 4 })).status).toBe(204);
  const { code, before } = await stream.closeFrame();
  expect(code).toBe(closeCodes['bad-frames'].code);
  expect(before.map((frame) => (JSON.parse(frame) as { id: number }).id)).toEqual([2, 0]);
});

test('F15 a frame of the limit is read, a longer one is refused; a POST is bounded in bytes and in frames', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1);
  const sized = (bytes: number, letter = 'x') => {
    const head = '{"id":2,"command":"message.send","params":{"a":"';
    return `${head}${letter.repeat((bytes - head.length - 3) / Buffer.byteLength(letter))}"}}`;
  };
  await stream.post([sized(limits.frameBytesMax), sized(limits.frameBytesMax + 1), sized(90_000, '字')].join('\n'));
  const answers = [await stream.json(), await stream.json(), await stream.json()];
  expect(answers.map(({ id }) => String(id)).toSorted()).toEqual(['0', '0', '2']);
  for (const { error } of answers.filter(({ id }) => id === 0))
    expect(error).toMatchObject({ code: 'frame-too-large' });
  const large = Array.from({ length: 6 }, () => sized(60_000)).join('\n');
  const many = Array.from({ length: limits.streamPostFramesMax + 1 }, (_, index) => commandOf(index + 1, 'x')).join(
    '\n',
  );
  for (const body of [large, many])
    expect(await problemOf(await stream.post(body, { number: 3 }))).toEqual([413, 'frame-too-large']);
  const chunked = await RawSocket.open(node.port);
  chunked.write(
    `POST /v1/stream/frames HTTP/1.1\r\nHost: x\r\nParley-Stream: ${stream.id}\r\nParley-Frames: 3\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  const part = 'x'.repeat(65_536);
  for (let count = 0; count < 6; count++) chunked.write(`10000\r\n${part}\r\n`);
  chunked.write('0\r\n\r\n');
  expect(await statusOf(chunked)).toBe(413);
  const huge = await RawSocket.open(node.port);
  huge.write('POST /v1/stream/frames HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n');
  expect(await statusOf(huge)).toBe(413);
  expect(node.connect.numbers().connections).toBe(1);
});

async function statusOf(socket: RawSocket): Promise<number> {
  return socket.read((bytes) => {
    const end = bytes.indexOf('\r\n');
    return end < 0 ? undefined : { value: Number(bytes.toString('latin1', 9, 12)), used: end + 2 };
  });
}

test('a body that ends too early takes nothing with it: the same POST may come again', async () => {
  await using node = new TestNode();
  const stream = await RawStream.signedIn(node, 1);
  const half = await RawSocket.open(node.port);
  half.write(
    `POST /v1/stream/frames HTTP/1.1\r\nHost: x\r\nParley-Stream: ${stream.id}\r\nParley-Frames: 2\r\nContent-Length: 99\r\n\r\n{"id"`,
  );
  await nextTurn();
  half.destroy();
  expect((await stream.post(commandOf(2, 'session.ping'), { number: 2 })).status).toBe(204);
  for (;;) if ((await stream.json()).id === 2) break;
});
