import { expect } from 'bun:test';
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { ServerProcess } from '../../server/test/server-process.ts';
import { openChromium } from './chromium.ts';
import { desktop, type Look } from './look.ts';
import { Person } from './person.ts';
import type { Language } from './texts.ts';
import { Watch } from './watch.ts';

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' };
const screens: Readonly<Record<Look['size'], BrowserContextOptions>> = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};

/** A server and a browser. When it ends, no page in it may have done what pages never do. */
export class World implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly #browser: Browser;
  readonly #watches: Watch[] = [];

  private constructor(server: ServerProcess, browser: Browser) {
    this.server = server;
    this.#browser = browser;
  }

  static async open(environment: Readonly<Record<string, string>> = {}): Promise<World> {
    const [server, browser] = await Promise.all([ServerProcess.start(environment), openChromium()]);
    return new World(server, browser);
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.ports.site}/`;
  }

  /**
   * A browser of its own, at the sign-in page; at another way to the server, when there is one. `prepare` is done before any
   * page of it opens.
   */
  async visitor(
    look: Look = desktop,
    url: string = this.url,
    prepare?: (context: BrowserContext) => Promise<void>,
  ): Promise<Person> {
    const context = await this.#browser.newContext({
      ...screens[look.size],
      locale: locales[look.language],
      colorScheme: look.theme ?? 'light',
      reducedMotion: look.isStill === true ? 'reduce' : 'no-preference',
    });
    context.setDefaultTimeout(20_000);
    await prepare?.(context);
    const watch = new Watch(new URL(url).origin);
    this.#watches.push(watch);
    const person = new Person({ context, watch, look, url });
    await person.come();
    return person;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.server[Symbol.asyncDispose]();
    expect(this.#watches.flatMap((watch) => watch.faults)).toEqual([]);
  }
}
