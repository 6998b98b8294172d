import { expect } from 'bun:test';
import { browserTest, openChromium } from '../../web/test/chromium.ts';
import { Watch } from '../../web/test/watch.ts';
import { ServerProcess } from './server-process.ts';

browserTest(
  'the reference page shows every route and can call one, with nothing from elsewhere and no policy broken',
  async () => {
    await using server = await ServerProcess.start();
    await using browser = await openChromium();
    const origin = `http://127.0.0.1:${server.ports.site}`;
    const watch = new Watch(origin);
    const page = await browser.newPage();
    watch.follow(page);
    const { paths } = (await (await fetch(`${origin}/api/openapi.json`)).json()) as { readonly paths: object };

    await page.goto(`${origin}/api/reference`);
    await page.locator('.opblock').first().waitFor();
    const routes = Object.values(paths).flatMap((path: object) => Object.keys(path));
    expect(await page.locator('.opblock').count()).toBe(routes.length);

    const info = page.locator('.opblock', { has: page.locator('[data-path="/v1/server"]') });
    await info.locator('.opblock-summary').click();
    await info.getByRole('button', { name: 'Try it out' }).click();
    await info.getByRole('button', { name: 'Execute' }).click();
    await info.locator('.live-responses-table').getByText('"lobbyId"').waitFor();
    expect(watch.faults).toEqual([]);
  },
);
