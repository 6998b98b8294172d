import { test } from 'bun:test';
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const path = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
export const hasChromium = path !== undefined || process.env['CI'] === 'true';
const install = 'needs Chromium: apt-get install --yes chromium';

/** Generous: a browser on a busy machine. */
const timeoutMs = 90_000;

/** A test in a real browser. Without one it is skipped, except where everything has to be installed. */
export function browserTest(name: string, run: () => Promise<void>): void {
  if (!hasChromium) test.skip(`${name} (${install})`, run);
  else test(name, run, timeoutMs);
}

export async function openChromium(): Promise<Browser> {
  if (path === undefined) throw new Error(`This ${install}`);
  return chromium.launch({
    executablePath: path,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
