import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ServerProcess } from '../../server/test/server-process.ts';
import type { ClientOptions, ParleyClient } from '../src/index.ts';
import { BlockingProxy, type Blocking } from './blocking-proxy.ts';
import { isConsecutive, People, shows, textsOf, until } from './people.ts';

const slow = 60_000;
let server: ServerProcess;
let people: People;

beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  people = new People(server);
}, slow);

afterAll(async () => {
  await people[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
}, slow);

const transportOf = (client: ParleyClient) => client.connection.getSnapshot().transport;
const through = ({ url }: BlockingProxy): ClientOptions => ({
  apiUrl: `${url}/api/v1`,
  socketUrl: `${url.replace('http', 'ws')}/v1/socket`,
});

/** Both write 20 messages, and both show all of them in one order. */
async function expectChat(one: ParleyClient, other: ParleyClient): Promise<void> {
  const id = await people.direct(one, other);
  await people.listed(other, id);
  const closers = [one, other].map((client) => client.conversation(id).open());
  const sent = Array.from({ length: 20 }, (_, index) => [
    one.conversation(id).sendAndWait(`one ${index}`),
    other.conversation(id).sendAndWait(`other ${index}`),
  ]);
  await Promise.all(sent.flat());
  await Promise.all([one, other].flatMap((client) => [shows(client, id, 'one 19'), shows(client, id, 'other 19')]));
  const { items } = one.conversation(id).messages.getSnapshot();
  expect([items.length, isConsecutive(items)]).toEqual([40, true]);
  expect(textsOf(other, id)).toEqual(textsOf(one, id));
  for (const close of closers) close();
}

describe('where WebSockets are blocked', () => {
  test.each<Blocking>(['refuses', 'hangs', 'cuts', 'silences'])(
    'by a proxy that %s, two people chat all the same',
    async (blocking) => {
      await using proxy = await BlockingProxy.open(server.ports.site, blocking);
      const [ada, bob] = await Promise.all([people.person('ada', through(proxy)), people.person('bob')]);
      await until(ada.connection, ({ status, transport }) => status === 'online' && transport === 'stream');
      expect(transportOf(bob)).toBe('websocket');
      await expectChat(ada, bob);
      expect(transportOf(ada)).toBe('stream');
      await ada.close();
    },
    slow,
  );

  test(
    'the next link does not try them again at once',
    async () => {
      await using proxy = await BlockingProxy.open(server.ports.site, 'refuses');
      const ada = await people.person('ada', through(proxy));
      const { upgrades } = proxy;
      expect(upgrades).toBeGreaterThan(0);
      await ada.close();
      await ada.connect();
      expect([transportOf(ada), proxy.upgrades]).toEqual(['stream', upgrades]);
      await ada.close();
    },
    slow,
  );
});

test(
  'D2 POSTs whose answers are lost are posted again, and every message arrives once, in order',
  async () => {
    await using proxy = await BlockingProxy.open(server.ports.site, 'refuses');
    const [ada, bob] = await Promise.all([people.person('ada', through(proxy)), people.person('bob')]);
    proxy.losesAnswers = true;
    const id = await people.direct(ada, bob);
    await people.listed(bob, id);
    const closers = [ada, bob].map((client) => client.conversation(id).open());
    for (let index = 0; index < 10; index++) await ada.conversation(id).sendAndWait(`message ${index}`);
    await shows(bob, id, 'message 9');
    expect(textsOf(bob, id)).toEqual(Array.from({ length: 10 }, (_, index) => `message ${index}`));
    expect(proxy.posts).toBeGreaterThanOrEqual(20);
    for (const close of closers) close();
    await ada.close();
  },
  slow,
);

test(
  'F19 a server that was only down is come back to over a WebSocket; one who chose streams comes back over a stream',
  async () => {
    const [ada, bob] = await Promise.all([people.person('ada'), people.person('bob', { transport: 'stream' })]);
    expect([transportOf(ada), transportOf(bob)]).toEqual(['websocket', 'stream']);
    await expectChat(ada, bob);
    await server.kill();
    await Promise.all([ada, bob].map(({ connection }) => until(connection, ({ attempt }) => attempt >= 3)));
    await server.start();
    for (const { connection } of [ada, bob]) connection.retryNow();
    await Promise.all([ada, bob].map(({ connection }) => until(connection, ({ status }) => status === 'online')));
    expect([transportOf(ada), transportOf(bob)]).toEqual(['websocket', 'stream']);
  },
  slow,
);

test(
  'one who wants nothing but WebSockets gets no stream',
  async () => {
    await using proxy = await BlockingProxy.open(server.ports.site, 'passes');
    const ada = await people.person('ada', { ...through(proxy), transport: 'websocket' });
    expect(transportOf(ada)).toBe('websocket');
    await ada.close();
    proxy.blocking = 'refuses';
    const connecting = ada.connect().catch((error: unknown) => error);
    await until(ada.connection, ({ attempt }) => attempt >= 2);
    expect([transportOf(ada), proxy.posts]).toEqual([undefined, 0]);
    await ada.close();
    expect(await connecting).toMatchObject({ code: 'unavailable' });
  },
  slow,
);
