import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { KeyValueStorage } from '../../sdk/src/contract.ts';

const source = join(import.meta.dir, '../../sdk/src/indexed-db-storage.ts');
const url = 'http://storage.test/';

type Call = readonly ['get' | 'set' | 'delete' | 'keys', key: string, value?: string];

interface Asked {
  readonly call: Call;
  readonly done: PromiseWithResolvers<unknown>;
}

/** The page’s storage as it is in a browser, asked from outside of it; what is asked in one turn is so in the page. */
export class StoragePage implements KeyValueStorage {
  readonly page: Page;
  readonly #name: string;
  #asked: Asked[] = [];

  private constructor(page: Page, name: string) {
    this.page = page;
    this.#name = name;
  }

  static async open(context: BrowserContext, name: string): Promise<StoragePage> {
    const page = await openPage(context);
    await page.evaluate((name) => void Object.assign(globalThis, { storage: indexedDbStorage(name) }), name);
    return new StoragePage(page, name);
  }

  get(key: string): Promise<string | undefined> {
    return this.#ask<string | undefined>(['get', key]);
  }

  set(key: string, value: string): Promise<void> {
    return this.#ask<void>(['set', key, value]);
  }

  delete(key: string): Promise<void> {
    return this.#ask<void>(['delete', key]);
  }

  keys(prefix: string): Promise<readonly string[]> {
    return this.#ask<readonly string[]>(['keys', prefix]);
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** What a later version of the page would do. @returns whether this one made way. */
  async upgrade(): Promise<string> {
    return this.page.evaluate(async (name) => {
      const request = indexedDB.open(name, 2);
      return new Promise<string>((resolve) => {
        request.onblocked = () => resolve('blocked');
        request.onsuccess = () => (request.result.close(), resolve('upgraded'));
      });
    }, this.#name);
  }

  async #ask<T>(call: Call): Promise<T> {
    const done = Promise.withResolvers<unknown>();
    this.#asked.push({ call, done });
    if (this.#asked.length === 1) queueMicrotask(() => void this.#pass());
    return (await done.promise) as T;
  }

  async #pass(): Promise<void> {
    const asked = this.#asked.splice(0);
    const calls = asked.map(({ call }) => call);
    const answers = await this.page.evaluate(
      (calls) =>
        Promise.allSettled(
          calls.map(([method, key, value]) =>
            method === 'set' ? storage.set(key, value ?? '') : storage[method](key),
          ),
        ),
      calls,
    );
    answers.forEach((answer, index) => {
      if (answer.status === 'fulfilled') asked[index]?.done.resolve(answer.value);
      else asked[index]?.done.reject(answer.reason);
    });
  }
}

declare const storage: KeyValueStorage;
declare function indexedDbStorage(name: string): KeyValueStorage;

/** An empty page that has the function. */
export async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const { outputs } = await Bun.build({ entrypoints: [source], target: 'browser' });
  const script = await outputs[0]?.text();
  await page.route(`${url}**`, (route) =>
    route.request().url() === url
      ? route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>storage</title>' })
      : route.fulfill({ contentType: 'text/javascript', body: script ?? '' }),
  );
  await page.goto(url);
  await page.evaluate(async (url) => {
    Object.assign(globalThis, await import(url));
  }, `${url}storage.js`);
  return page;
}
