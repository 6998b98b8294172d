import { expect } from 'bun:test';
import type { BrowserContext } from 'playwright-core';
import { browserTest } from './chromium.ts';
import { desktop, phone } from './look.ts';
import type { Person } from './person.ts';
import { World } from './world.ts';

/** A browser behind something that refuses every WebSocket, as its pages see it. */
async function refusedWebSockets(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    globalThis.WebSocket = class extends EventTarget {
      static readonly OPEN = 1;
      readonly readyState = 3;
      constructor() {
        super();
        setTimeout(() => {
          this.dispatchEvent(new Event('error'));
          this.dispatchEvent(new CloseEvent('close', { code: 1006 }));
        });
      }
      send(): void {}
      close(): void {}
    } as unknown as typeof WebSocket;
  });
}

/** One that knows none. */
async function unknownWebSockets(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => void Object.assign(globalThis, { WebSocket: undefined }));
}

async function streamsOf(world: World): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${world.server.ports.ops}/metrics`);
  return Number(/^parley_streams (\d+)$/m.exec(await answer.text())?.[1]);
}

async function isLost(person: Person): Promise<void> {
  await person.page
    .getByRole('status')
    .filter({ hasText: person.t('connection.tryNow') })
    .waitFor();
}

browserTest(
  'without WebSockets two people chat over event streams, with typing and ticks, and resume after kill -9',
  async () => {
    await using world = await World.open();
    const [ann, bob] = await Promise.all([
      world.visitor(desktop, world.url, refusedWebSockets),
      world.visitor({ ...phone, language: 'zh' }, world.url, unknownWebSockets),
    ]);
    await Promise.all([ann.createAccount('ann'), bob.createAccount('bob')]);
    await ann.openDirect('bob');
    await ann.say('one');
    await bob.open('ann');
    await ann.sees('one', 'read');
    await bob.composer.pressSequentially('two');
    await ann.page.getByText(ann.t('typing.one', { name: 'bob' })).waitFor();
    await bob.press(bob.button(bob.t('composer.send')));
    await ann.sees('two');
    expect(await streamsOf(world)).toBe(2);

    for (const person of [ann, bob]) person.watch.mayLoseConnection = true;
    await world.server.kill();
    await Promise.all([isLost(ann), isLost(bob)]);
    await ann.say('three, into nothing');
    await world.server.start();
    await bob.sees('three, into nothing');
    await ann.sees('three, into nothing', 'read');

    await ann.page.reload();
    await ann.sees('three, into nothing');
    await ann.say('four');
    await bob.sees('four');
    for (const person of [ann, bob])
      expect(await person.texts()).toEqual(['one', 'two', 'three, into nothing', 'four']);
    expect(await streamsOf(world)).toBe(2);
  },
);
