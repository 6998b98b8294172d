import { afterAll, describe, expect, test } from 'bun:test';
import type { Browser, BrowserContext } from 'playwright-core';
import { storageConformance } from '../../sdk/src/storage.conformance.ts';
import { browserTest, hasChromium, openChromium } from './chromium.ts';
import { openPage, StoragePage } from './storage-page.ts';

let browser: Promise<Browser> | undefined;
let context: Promise<BrowserContext> | undefined;

async function sameBrowser(): Promise<BrowserContext> {
  browser ??= openChromium();
  context ??= browser.then((browser) => browser.newContext());
  return context;
}

afterAll(async () => (await browser)?.close());

if (hasChromium)
  storageConformance('IndexedDB', {
    open: async (place) => StoragePage.open(await sameBrowser(), place),
    isLasting: true,
  });
else test.skip('storage: IndexedDB (needs Chromium)', () => undefined);

describe('IndexedDB', () => {
  browserTest('two pages see one storage, and a later version of the page gets its way', async () => {
    const context = await sameBrowser();
    const [one, other] = await Promise.all([StoragePage.open(context, 'both'), StoragePage.open(context, 'both')]);
    await one.set('a', 'from one');
    expect(await other.get('a')).toBe('from one');
    expect(await one.upgrade()).toBe('upgraded');
    // Not of this version any more: refused, for the memory to take over.
    expect(
      await other.set('b', 'late').then(
        () => 'kept',
        () => 'refused',
      ),
    ).toBe('refused');
    await Promise.all([one.close(), other.close()]);
  });

  browserTest('what an earlier version kept in localStorage is taken over once; other things stay', async () => {
    const context = await sameBrowser();
    const before = await openPage(context);
    await before.evaluate(() => {
      localStorage.setItem('parley:session', '{"token":"t"}');
      localStorage.setItem('parley:outbox:1:7:m1', '{}');
      localStorage.setItem('parley.theme', 'dark');
    });
    await before.close();
    const first = await StoragePage.open(context, 'takeover');
    expect(await first.keys('parley:')).toEqual(['parley:outbox:1:7:m1', 'parley:session']);
    expect(await first.page.evaluate(() => Object.keys(localStorage))).toEqual(['parley.theme']);
    await first.set('parley:session', 'new');
    // An older page that is still open writes once more; what is here is newer.
    await first.page.evaluate(() => localStorage.setItem('parley:session', 'old'));
    const second = await StoragePage.open(context, 'takeover');
    expect(await second.get('parley:session')).toBe('new');
    expect(await second.page.evaluate(() => localStorage.getItem('parley:session'))).toBeNull();
    await Promise.all([first.close(), second.close()]);
  });

  browserTest('where the browser forbids it everything is refused, and nothing hangs', async () => {
    const context = await sameBrowser();
    const page = await StoragePage.open(context, 'forbidden');
    await page.page.evaluate(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('denied', 'SecurityError');
      };
    });
    expect(
      await page.get('a').then(
        () => 'read',
        () => 'refused',
      ),
    ).toBe('refused');
    expect(
      await page.set('a', '1').then(
        () => 'kept',
        () => 'refused',
      ),
    ).toBe('refused');
    await page.close();
  });
});
