import { describe, expect } from 'bun:test';
import { browserTest } from './chromium.ts';
import { desktop } from './look.ts';
import type { Person } from './person.ts';
import { World } from './world.ts';

describe('the tabs of one browser', () => {
  browserTest('hold one socket, all of them live; closing the one that leads moves it', async () => {
    await using world = await World.open();
    const [ann, bob] = await Promise.all([world.visitor(desktop), world.visitor(desktop)]);
    await Promise.all([ann.createAccount('ann'), bob.createAccount('bob')]);
    await ann.openDirect('bob');
    await ann.say('hello');
    await bob.open('ann');
    await bob.sees('hello');
    const tabs = [ann, ...(await Promise.all(Array.from({ length: 4 }, () => ann.anotherTab())))];
    for (const tab of tabs) await tab.sees('hello', 'read');
    await hasSockets(world, 2);

    await bob.say('to all of them');
    for (const tab of tabs) await tab.sees('to all of them');
    for (const [n, tab] of tabs.entries()) await tab.say(`from tab ${n}`);
    for (const tab of [...tabs, bob]) await seesAll(tab, tabs.length);
    for (const tab of tabs) expect(await tab.texts()).toEqual(await bob.texts());

    // The first one leads.
    await ann.leave();
    await bob.say('after the first was closed');
    for (const tab of tabs.slice(1)) await tab.sees('after the first was closed');
    await tabs[4]!.say('and back');
    await bob.sees('and back');
    await hasSockets(world, 2);
    for (const tab of tabs.slice(1)) expect(await tab.texts()).toEqual(await bob.texts());
  });

  browserTest(
    'after kill -9 of the server all of them come back to one socket; nothing is lost or doubled',
    async () => {
      await using world = await World.open();
      const [ann, bob] = await Promise.all([world.visitor(desktop), world.visitor(desktop)]);
      await Promise.all([ann.createAccount('ann'), bob.createAccount('bob')]);
      await ann.openDirect('bob');
      await ann.say('hello');
      await bob.open('ann');
      await bob.sees('hello');
      const tabs = [ann, await ann.anotherTab(), await ann.anotherTab()];
      for (const tab of tabs) await tab.sees('hello', 'read');

      for (const person of [ann, bob]) person.watch.mayLoseConnection = true;
      await world.server.kill();
      for (const [n, tab] of tabs.entries()) await tab.say(`from tab ${n}`);
      for (const [n, tab] of tabs.entries()) await tab.sees(`from tab ${n}`, 'sending');
      await world.server.start();
      for (const tab of [...tabs, bob]) await seesAll(tab, tabs.length);
      await hasSockets(world, 2);
      for (const tab of [...tabs, bob]) {
        const texts = await tab.texts();
        expect([texts.length, new Set(texts).size, texts]).toEqual([4, 4, await bob.texts()]);
      }
    },
  );

  browserTest('are signed in and out together', async () => {
    await using world = await World.open();
    const ann = await world.visitor(desktop);
    const other = await ann.anotherTab();
    await ann.createAccount('ann');
    await other.sidebar.waitFor();
    await hasSockets(world, 1);
    await other.press(other.sidebar.getByRole('button').filter({ hasText: other.t('sidebar.settings') }));
    const settings = other.page.getByRole('dialog', { name: other.t('settings.title') });
    await other.press(other.button(other.t('settings.signOut'), settings));
    await ann.button(ann.t('signIn.guest')).waitFor();
    await ann.continueAsGuest();
    await other.sidebar.waitFor();
    expect(await other.name()).toBe(await ann.name());
    await hasSockets(world, 1);
  });
});

async function seesAll(person: Person, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await person.sees(`from tab ${n}`);
}

/** Resolves when the server has exactly so many; the last ones may just be closing. */
async function hasSockets(world: World, count: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const metrics = await (await fetch(`http://127.0.0.1:${world.server.ports.ops}/metrics`)).text();
    const [, sockets] = /^parley_connections (\d+)/m.exec(metrics) ?? [];
    if (Number(sockets) === count) return;
    await Bun.sleep(50);
  }
  throw new Error(`There were never ${count} sockets.`);
}
