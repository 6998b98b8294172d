import { afterAll, describe, expect } from 'bun:test';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { browserTest, openChromium } from './chromium.ts';
import type { scenes as Scenes } from './hooks-page.tsx';

declare const scenes: typeof Scenes;

let browser: Browser | undefined;
let page: Promise<Page> | undefined;
const complaints: string[] = [];

afterAll(() => browser?.close());

/** Plays a scene in a page; whatever React or the page complains of is an error. */
async function play<Name extends keyof typeof Scenes>(name: Name): Promise<Awaited<ReturnType<(typeof Scenes)[Name]>>> {
  page ??= openPage();
  complaints.length = 0;
  const facts = await (await page).evaluate<unknown, string>((name) => scenes[name as keyof typeof Scenes](), name);
  expect(complaints).toEqual([]);
  return facts as Awaited<ReturnType<(typeof Scenes)[Name]>>;
}

async function openPage(): Promise<Page> {
  browser = await openChromium();
  const page = await browser.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  const { outputs } = await Bun.build({ entrypoints: [join(import.meta.dir, 'hooks-page.tsx')], target: 'browser' });
  await page.addScriptTag({ type: 'module', content: (await outputs[0]?.text()) ?? '' });
  await page.waitForFunction(() => 'scenes' in globalThis);
  return page;
}

describe('React hooks in a browser, in strict mode', () => {
  browserTest('an id that changes opens the other conversation, shows only it, and leaves the first', async () => {
    const { shown, watched, left } = await play('anIdChanges');
    expect(shown).toEqual(['Team ready 7/1', 'Team ready 8/1']);
    expect(watched).toEqual([{ conversationId: 7 }, { conversationId: 8 }]);
    expect(left).toEqual([{ conversationId: 7 }]);
  });

  browserTest('an id of a person that changes is looked up and watched in place of the first', async () => {
    const { shown, watched } = await play('aPersonChanges');
    expect(shown).toEqual(['N2 true', 'N3 true']);
    expect(watched).toEqual([[2], [3], []]);
  });

  browserTest('mounting twice, or anew soon after, asks once, and only unmounting leaves', async () => {
    expect(await play('mountedTwice')).toEqual({ watched: 1, left: 0, leftAtLast: 1 });
  });

  browserTest('unmounted while it loads, it leaves, and the answer that comes late harms nobody', async () => {
    expect(await play('unmountedWhileItLoads')).toEqual({ shown: 'Team loading ', left: 1, held: 1 });
  });

  browserTest('two components never show two states of one conversation', async () => {
    const { commits, came } = await play('twoReadTheSame');
    expect(came).toBeGreaterThan(4);
    const torn = commits.filter((text) => text.split(' ')[0] !== text.split(' ')[1]);
    expect([torn, commits.length > 5]).toEqual([[], true]);
    expect(commits.at(-1)).toBe(`${came} ${came}`);
  });
});
