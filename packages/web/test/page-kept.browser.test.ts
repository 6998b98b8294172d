import { expect } from 'bun:test';
import type { BrowserContext } from 'playwright-core';
import { browserTest } from './chromium.ts';
import { desktop, phone } from './look.ts';
import type { Person } from './person.ts';
import { World } from './world.ts';

/** A browser whose disk is full, as its pages see it. */
async function fullDisk(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
}

/** Paths of everything the browser keeps for pages. */
function keptPaths(person: Person): Promise<string[]> {
  return person.page.evaluate(async () => {
    const requests = (await caches.keys()).map(async (name) => (await caches.open(name)).keys());
    return (await Promise.all(requests)).flat().map(({ url }) => new URL(url).pathname);
  });
}

browserTest(
  'only the page’s own files are kept, what the browser throws away comes back, and it can be installed',
  async () => {
    await using world = await World.open();
    const ann = await world.visitor(desktop);
    await ann.createAccount('ann');
    await ann.canOpenOffline();
    const kept = await keptPaths(ann);
    expect(kept).toContain('/');
    expect(kept.filter((path) => !/^\/($|assets\/|[\w-]+\.(svg|png|webmanifest)$)/.test(path))).toEqual([]);

    await ann.page.evaluate(async () => {
      const cache = await caches.open((await caches.keys())[0]!);
      for (const request of (await cache.keys()).slice(0, 10)) await cache.delete(request);
    });
    await ann.page.reload();
    await ann.sidebar.waitFor();
    await ann.page.waitForFunction(async (count) => {
      const cache = await caches.open((await caches.keys())[0]!);
      return (await cache.keys()).length === count;
    }, kept.length);

    const devtools = await ann.context.newCDPSession(ann.page);
    const { errors } = await devtools.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  },
);

browserTest('a browser that keeps nothing is said so in one’s own language, and everything else goes on', async () => {
  await using world = await World.open();
  const ann = await world.visitor({ ...phone, language: 'zh' }, world.url, fullDisk);
  await ann.createAccount('ann');
  const notice = ann.page.getByRole('status').filter({ hasText: ann.t('storage.notKept') });
  await notice.waitFor();
  await ann.press(ann.button(ann.t('app.close'), notice));
  await notice.waitFor({ state: 'detached' });
  await ann.sidebar.waitFor();
});
