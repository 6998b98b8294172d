import { expect } from 'bun:test';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ServerProcess } from '../../server/test/server-process.ts';
import { browserTest, openChromium } from './chromium.ts';

const example = join(import.meta.dir, '../../../examples/serve-react-page.ts');

browserTest('the React example: two guests chat, see each other type, and find everything after a reload', async () => {
  await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  const child = Bun.spawn([process.execPath, example, `http://127.0.0.1:${server.ports.site}`, '0'], {
    stdout: 'pipe',
  });
  const browser = await openChromium();
  try {
    const address = await firstLine(child.stdout);
    const [ada, bob] = [await open(await newPage(), address), await open(await newPage(), address)];
    await say(ada, 'Hello from Ada');
    await bob.getByText('Hello from Ada').waitFor();
    await bob.getByLabel('Message').pressSequentially('Hel');
    await ada.getByText('Somebody is typing …').waitFor();
    await say(bob, 'Hello from Bob');
    await ada.getByText('Hello from Bob').waitFor();
    await ada.reload();
    await ada.getByText('Hello from Bob').waitFor();
    expect(await ada.getByRole('listitem').allTextContents()).toEqual(
      await bob.getByRole('listitem').allTextContents(),
    );
  } finally {
    await browser.close();
    child.kill();
    await child.exited;
  }

  async function newPage(): Promise<Page> {
    return (await browser.newContext()).newPage();
  }
});

async function open(page: Page, address: string): Promise<Page> {
  await page.goto(address);
  await page.getByText('online').waitFor();
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await page.getByLabel('Message').press('Enter');
  await page.getByText(text).waitFor();
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value).split('\n')[0] ?? '';
}
