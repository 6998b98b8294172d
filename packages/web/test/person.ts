import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { Look } from './look.ts';
import { textsIn, type Say } from './texts.ts';
import type { Watch } from './watch.ts';

export interface PersonOptions {
  readonly context: BrowserContext;
  readonly watch: Watch;
  readonly look: Look;
  readonly url: string;
}

export const password = 'a long walk by the sea';

/** Somebody at a browser: finds everything by role and by the names people see. */
export class Person {
  readonly t: Say;
  readonly context: BrowserContext;
  readonly watch: Watch;
  readonly #options: PersonOptions;
  #page: Page | undefined;

  constructor(options: PersonOptions) {
    this.#options = options;
    this.context = options.context;
    this.watch = options.watch;
    this.t = textsIn(options.look.language);
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('Nobody is there.');
    return this.#page;
  }

  get isOnPhone(): boolean {
    return this.#options.look.size === 'phone';
  }

  /** Opens the page, where it was left or at a hash. */
  async come(hash = ''): Promise<void> {
    this.#page = await this.context.newPage();
    this.watch.follow(this.page);
    await this.page.goto(this.#options.url + hash);
  }

  /** Another tab of the same browser, at the same place. */
  async anotherTab(): Promise<Person> {
    const tab = new Person(this.#options);
    await tab.come(new URL(this.page.url()).hash);
    return tab;
  }

  /** Closes the page; the browser keeps what it stored. */
  async leave(): Promise<void> {
    await this.page.close();
    this.#page = undefined;
  }

  /** Resolves when this browser has kept the page. */
  async canOpenOffline(): Promise<void> {
    await this.page.evaluate(() => navigator.serviceWorker.ready);
  }

  button(name: string, within: Page | Locator = this.page): Locator {
    return within.getByRole('button', { name, exact: true });
  }

  /** Presses by mouse or by finger. */
  async press(target: Locator): Promise<void> {
    await (this.isOnPhone ? target.tap() : target.click());
  }

  async continueAsGuest(): Promise<void> {
    await this.press(this.button(this.t('signIn.guest')));
    await this.sidebar.waitFor();
  }

  async createAccount(userName: string): Promise<void> {
    await this.page.getByLabel(this.t('signIn.userName')).fill(userName);
    await this.page.getByLabel(this.t('signIn.password')).fill(password);
    await this.press(this.button(this.t('signIn.createAccount')));
    await this.sidebar.waitFor();
  }

  /** The name others see, as this person’s own list shows it. */
  async name(): Promise<string> {
    const suffix = `, ${this.t('sidebar.settings')}`;
    const text = await this.sidebar.getByRole('button').filter({ hasText: suffix }).innerText();
    return text.replace(suffix, '').replaceAll('\n', '').trim();
  }

  get sidebar(): Locator {
    return this.page.getByRole('navigation', { name: this.t('sidebar.label') });
  }

  conversationRow(name: string): Locator {
    return this.sidebar.getByRole('link').filter({ hasText: name });
  }

  async open(conversation: string): Promise<void> {
    await this.toList();
    await this.press(this.conversationRow(conversation));
    await this.page.getByRole('heading', { name: conversation, level: 1 }).waitFor();
    await this.composer.waitFor();
  }

  /** To where the list of conversations is; on phones that is a page of its own. */
  async toList(): Promise<void> {
    if (!this.isOnPhone || (await this.sidebar.isVisible())) return;
    await this.press(this.button(this.t('app.back')));
    await this.sidebar.waitFor();
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: this.t('composer.label'), exact: true });
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.press(this.button(this.t('composer.send')));
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: this.t('conversation.messages') });
  }

  /** The messages in the document whose own text contains this. */
  message(text: string): Locator {
    return this.log.getByRole('article').filter({ has: this.page.locator('.bubble-text', { hasText: text }) });
  }

  /** Resolves when a message shows how far it is. */
  async sees(text: string, state?: 'sending' | 'sent' | 'delivered' | 'read'): Promise<void> {
    const message = this.message(text);
    await message.waitFor();
    if (state !== undefined) await message.getByRole('img', { name: this.t(`state.${state}`), exact: true }).waitFor();
  }

  /** The texts on screen, in order. */
  async texts(): Promise<string[]> {
    return this.log.locator('.bubble-text').allInnerTexts();
  }

  /** Picks from a message’s menu, or from the sheet a long press opens. */
  async act(text: string, action: 'reply' | 'edit' | 'recall'): Promise<void> {
    const message = this.message(text);
    if (this.isOnPhone) {
      await this.longPress(message.locator('.bubble'));
      await this.press(this.button(this.t(`message.${action}`), this.page.getByRole('dialog')));
      return;
    }
    await message.hover();
    await this.button(this.t('message.more'), message).click();
    await this.page.getByRole('menuitem', { name: this.t(`message.${action}`), exact: true }).click();
  }

  async react(text: string, emoji: string): Promise<void> {
    const message = this.message(text);
    if (this.isOnPhone) await this.longPress(message.locator('.bubble'));
    else {
      await message.hover();
      await this.button(this.t('message.react'), message).click();
    }
    const choice = this.button(this.t('message.withEmoji', { emoji }));
    await this.press(choice);
    await choice.waitFor({ state: 'detached' });
  }

  /** A finger that rests until the sheet is there. */
  async longPress(target: Locator): Promise<void> {
    await target.scrollIntoViewIfNeeded();
    const box = await target.boundingBox();
    if (box === null) throw new Error('There is nothing to press.');
    const devtools = await this.context.newCDPSession(this.page);
    const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
    await this.page.getByRole('dialog').waitFor();
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await devtools.detach();
  }

  /** Opens the browser of people and rooms at one of its tabs. */
  async browse(tab: 'people' | 'rooms' | 'create'): Promise<Locator> {
    await this.toList();
    await this.press(this.button(this.t('sidebar.browse')));
    const dialog = this.page.getByRole('dialog', { name: this.t('browse.title') });
    await this.press(dialog.getByRole('tab', { name: this.t(`browse.${tab}`), exact: true }));
    return dialog;
  }

  /** Finds somebody in the directory and opens the chat with them. */
  async openDirect(name: string): Promise<void> {
    const dialog = await this.browse('people');
    await dialog.getByRole('searchbox').fill(name);
    await this.press(dialog.getByRole('button').filter({ hasText: `@${name}` }));
    await this.page.getByRole('heading', { name, level: 1 }).waitFor();
  }

  /** Resolves when the tab’s title is that. */
  async waitForTitle(title: string): Promise<void> {
    await this.page.waitForFunction((wanted) => document.title === wanted, title);
  }

  /** Resolves when it is inside what the list shows. */
  async waitUntilOnScreen(target: Locator): Promise<void> {
    const element = await target.elementHandle();
    await this.page.waitForFunction((shown) => {
      const list = shown?.closest('[role=log]')?.getBoundingClientRect();
      const box = shown?.getBoundingClientRect();
      return list !== undefined && box !== undefined && box.top >= list.top - 1 && box.bottom <= list.bottom + 1;
    }, element);
  }
}
