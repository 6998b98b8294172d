import { describe, expect, test } from 'bun:test';
import { Client } from '../src/client.ts';
import type { Transport } from '../src/contract.ts';
import type { Link, LinkEvents } from '../src/environment.ts';
import { memoryStorage } from '../src/storage.ts';
import { TransportLinks } from '../src/transport-links.ts';
import { ok, ScriptedServer } from './scripted-server.ts';

type Way = 'opens' | 'refuses' | 'hangs' | 'throws';

interface Try {
  readonly transport: Transport;
  readonly events: LinkEvents;
  isClosed: boolean;
}

/** Both transports, each open or blocked as the test says, and what was tried. */
class Ways {
  readonly time = new ScriptedServer();
  readonly tries: Try[] = [];
  readonly told: unknown[] = [];
  readonly links: TransportLinks;
  readonly is: Record<Transport, Way> = { websocket: 'opens', stream: 'opens' };

  constructor() {
    this.links = new TransportLinks(this.time.environment, {
      websocket: (_url, events) => this.#try('websocket', events),
      stream: (_url, events) => this.#try('stream', events),
    });
  }

  get tried(): Transport[] {
    return this.tries.map(({ transport }) => transport);
  }

  get last(): Try {
    return this.tries.at(-1)!;
  }

  /** Opens a link, and lets it find its way. */
  async open(): Promise<Link> {
    this.tries.length = this.told.length = 0;
    const link = this.links.open('ws://parley.test', {
      over: (transport) => this.told.push(['over', transport]),
      opened: () => this.told.push(['opened']),
      received: (text) => this.told.push(['received', text]),
      closed: (code, reason) => this.told.push(['closed', code, reason]),
      outdated: () => this.told.push(['outdated']),
    });
    await this.time.pass(0);
    return link;
  }

  #try(transport: Transport, events: LinkEvents): Link {
    const way = this.is[transport];
    if (way === 'throws') throw new DOMException('blocked', 'SecurityError');
    const attempt = { transport, events, isClosed: false };
    this.tries.push(attempt);
    queueMicrotask(() => {
      if (way === 'opens') events.opened();
      if (way === 'refuses') events.closed(1006, '');
    });
    return { send: () => undefined, close: () => void (attempt.isClosed = true) };
  }
}

const openedOver = (transport: Transport) => [['over', transport], ['opened']];

describe('the way to the server', () => {
  test('is a WebSocket where one opens', async () => {
    const ways = new Ways();
    await ways.open();
    expect([ways.tried, ways.told]).toEqual([['websocket'], openedOver('websocket')]);
  });

  test.each(['refuses', 'throws'] as const)('is a stream where a WebSocket %s', async (way) => {
    const ways = new Ways();
    ways.is.websocket = way;
    await ways.open();
    expect(ways.told).toEqual(openedOver('stream'));
  });

  test('is a stream where a WebSocket hangs; that it opens later changes nothing', async () => {
    const ways = new Ways();
    ways.is.websocket = 'hangs';
    await ways.open();
    expect(ways.told).toEqual([]);
    await ways.time.pass(5_000);
    expect([ways.tried, ways.told]).toEqual([['websocket', 'stream'], openedOver('stream')]);
    expect(ways.tries.map(({ isClosed }) => isClosed)).toEqual([true, false]);
    ways.tries[0]!.events.opened();
    ways.tries[0]!.events.received('late');
    ways.tries[0]!.events.closed(1006, '');
    expect(ways.told).toEqual(openedOver('stream'));
  });

  test('that is a stream stays one, without a WebSocket being tried, until its time is over', async () => {
    const ways = new Ways();
    ways.is.websocket = 'refuses';
    await ways.open();
    await ways.time.pass(59_000);
    await ways.open();
    expect(ways.tried).toEqual(['stream']);
    await ways.time.pass(1_000);
    expect(ways.told.at(-1)).toEqual(['outdated']);
    ways.is.websocket = 'opens';
    await ways.open();
    expect(ways.tried).toEqual(['websocket']);
  });

  test('is not judged by a server that is down: a WebSocket comes first again', async () => {
    const ways = new Ways();
    ways.is.websocket = ways.is.stream = 'refuses';
    for (let count = 0; count < 20; count++) {
      await ways.open();
      expect([ways.tried, ways.told]).toEqual([['websocket', 'stream'], [['closed', 1006, '']]]);
    }
    ways.is.websocket = ways.is.stream = 'hangs';
    await ways.open();
    await ways.time.pass(13_000);
    expect([ways.tried, ways.told]).toEqual([['websocket', 'stream'], [['closed', 1006, '']]]);
    ways.is.websocket = ways.is.stream = 'opens';
    await ways.open();
    expect(ways.tried).toEqual(['websocket']);
  });

  test('is a WebSocket again where streams stopped working, before their time is over', async () => {
    const ways = new Ways();
    ways.is.websocket = 'refuses';
    await ways.open();
    ways.is.stream = 'refuses';
    ways.is.websocket = 'opens';
    await ways.open();
    expect([ways.tried, ways.told]).toEqual([['stream', 'websocket'], openedOver('websocket')]);
    ways.last.events.received('{}');
    ways.is.stream = 'opens';
    await ways.open();
    expect(ways.tried).toEqual(['websocket']);
  });

  test('is a stream once two WebSockets in a row were cut before they carried anything', async () => {
    const ways = new Ways();
    for (let count = 0; count < 2; count++) {
      await ways.open();
      ways.last.events.closed(1006, '');
      expect([ways.tried, ways.told.at(-1)]).toEqual([['websocket'], ['closed', 1006, '']]);
    }
    await ways.open();
    expect(ways.tried).toEqual(['stream']);
  });

  test('is a stream once a WebSocket was silent until we gave it up; one we left at once says nothing', async () => {
    const ways = new Ways();
    for (const silentMs of [10, 10, 4_999, 5_000]) {
      const link = await ways.open();
      expect(ways.tried).toEqual(['websocket']);
      await ways.time.pass(silentMs);
      link.close();
    }
    await ways.open();
    expect(ways.tried).toEqual(['stream']);
  });

  test('is still a WebSocket when the server closes it with a code, or it is lost after it carried something', async () => {
    const ways = new Ways();
    for (let count = 0; count < 4; count++) {
      await ways.open();
      if (count % 2 === 0) ways.last.events.closed(4403, 'overloaded');
      else {
        ways.last.events.received('{}');
        ways.last.events.closed(1006, '');
      }
    }
    await ways.open();
    expect(ways.tried).toEqual(['websocket']);
  });

  test('a link that was closed tries nothing more and tells nothing', async () => {
    const ways = new Ways();
    ways.is.websocket = 'hangs';
    const link = await ways.open();
    link.close();
    await ways.time.pass(120_000);
    expect([ways.tried, ways.told, ways.last.isClosed]).toEqual([['websocket'], [], true]);
  });
});

describe('a client', () => {
  test('says what it is online over, and moves to a WebSocket when one gets through, without a moment offline', async () => {
    const server = new ScriptedServer();
    server.answers['session.ping'] = () => ok({ now: 0 });
    let isBlocked = true;
    const links = new TransportLinks(server.environment, {
      websocket: (url, events) => {
        if (isBlocked) throw new Error('blocked');
        return server.environment.openLink(url, events);
      },
      stream: (url, events) => server.environment.openLink(url, events),
    });
    const options = { url: 'http://parley.test', token: 'token', storage: memoryStorage() };
    const client = new Client(options, { ...server.environment, openLink: links.open });
    const connected = client.connect();
    await server.pass(0);
    await connected;
    const statuses: unknown[] = [];
    client.connection.subscribe(() => statuses.push(client.connection.getSnapshot().status));
    expect(client.connection.getSnapshot()).toMatchObject({ status: 'online', transport: 'stream' });
    await server.pass(59_000);
    expect(server.links).toHaveLength(1);
    isBlocked = false;
    await server.pass(1_000);
    expect(client.connection.getSnapshot()).toMatchObject({ status: 'online', transport: 'websocket' });
    expect([statuses, server.links.map(({ isClosed }) => isClosed)]).toEqual([['online'], [true, false]]);
    server.link.lose();
    expect(client.connection.getSnapshot().transport).toBeUndefined();
    await client.close();
  });
});
