import { expect, test } from 'bun:test';
import { connect } from 'node:net';
import { stopListening } from './stop-listening.ts';

test('a request that never ends does not keep a server from stopping', async () => {
  const came = Promise.withResolvers<void>();
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      came.resolve();
      return new Response(await request.text());
    },
  });
  const socket = connect(server.port ?? 0, '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf');
  await came.promise;
  await stopListening(server, 50);
  await closed;
});

test('a running request is answered before the server stops', async () => {
  const came = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async () => {
      came.resolve();
      await answer.promise;
      return new Response('answered');
    },
  });
  const asked = fetch(`http://127.0.0.1:${server.port}/`);
  await came.promise;
  const stopped = stopListening(server);
  answer.resolve();
  expect(await (await asked).text()).toBe('answered');
  await stopped;
});
