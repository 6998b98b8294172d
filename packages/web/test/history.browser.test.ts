import { expect } from 'bun:test';
import type { Locator } from 'playwright-core';
import { People } from '../../sdk/test/people.ts';
import { browserTest } from './chromium.ts';
import { desktop } from './look.ts';
import { World } from './world.ts';

const count = 10_400;
const atOnce = 200;
const elementsMax = 300;
const movedPxMax = 2;

browserTest(
  '10,400 messages: older pages load without moving what one reads, and the document stays small',
  async () => {
    await using world = await World.open({ PARLEY_RATE_LIMITS: 'off' });
    await using people = new People(world.server);
    const writer = await people.person('Writer');
    const room = await writer.conversations.create({ kind: 'room', title: 'Long room' });
    for (let from = 1; from <= count; from += atOnce)
      await Promise.all(
        Array.from({ length: atOnce }, (_, index) =>
          writer.request('message.send', {
            conversationId: room.id,
            clientMsgId: `m${from + index}`,
            content: { type: 'text', text: textOf(from + index) },
          }),
        ),
      );

    const ann = await world.visitor(desktop);
    await ann.createAccount('ann');
    const rooms = await ann.browse('rooms');
    await ann.press(ann.button(ann.t('browse.joinOf', { name: 'Long room' }), rooms));
    await ann.message(`Message ${count}.`).waitFor();

    const { pages, elements, moved } = await readUpwards(ann.log, 12);
    expect(pages).toBe(12);
    expect(elements).toBeLessThan(elementsMax);
    expect(moved).toBeLessThanOrEqual(movedPxMax);

    await ann.page.goto(`${world.url}#c/${room.id}/5000`);
    await ann.message('Message 5000.').waitFor();
    await ann.waitUntilOnScreen(ann.message('Message 5000.'));
    const middle = await readUpwards(ann.log, 1);
    expect(middle.moved).toBeLessThanOrEqual(movedPxMax);

    await ann.press(ann.button(ann.t('conversation.toEnd')));
    await ann.waitUntilOnScreen(ann.message(`Message ${count}.`));
  },
);

/** Of many heights, so that none can be guessed. */
function textOf(number: number): string {
  const words = Array.from({ length: (number * 7) % 30 }, (_, index) => `word${index}`);
  return [`Message ${number}.`, ...(number % 5 === 0 ? ['A line', 'and another'] : []), words.join(' ')]
    .join('\n')
    .trim();
}

interface Reading {
  readonly pages: number;
  /** The most messages in the document at any time. */
  readonly elements: number;
  /** How far what was being read moved while older pages came, at most, in px. */
  readonly moved: number;
}

/** Scrolls up screen by screen until that many older pages have come, watching the message in the middle at every frame. */
async function readUpwards(log: Locator, pagesWanted: number): Promise<Reading> {
  return log.evaluate(async (list, wanted) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const rows = list.querySelector<HTMLElement>('.list-rows')!;
    const articles = () => [...list.querySelectorAll<HTMLElement>('article')];
    const nameOf = (article: HTMLElement) => /Message \d+\./.exec(article.textContent)?.[0];
    const middle = list.getBoundingClientRect().top + list.clientHeight / 2;
    const reading = { pages: 0, elements: 0, moved: 0 };
    for (let step = 0; reading.pages < wanted && step < 500; step++) {
      list.scrollTop -= list.clientHeight * 0.8;
      await frame();
      await frame();
      const eye = articles().find((article) => article.getBoundingClientRect().bottom > middle);
      if (eye === undefined) continue;
      const [name, top, height] = [nameOf(eye), eye.getBoundingClientRect().top, rows.offsetHeight];
      const isPageDue = list.scrollTop < 2 * list.clientHeight;
      for (let frames = isPageDue ? 20 : 1; frames > 0; frames--) {
        await frame();
        const now = articles();
        const same = now.find((article) => nameOf(article) === name);
        const moved = same === undefined ? Infinity : Math.abs(same.getBoundingClientRect().top - top);
        reading.elements = Math.max(reading.elements, now.length);
        reading.moved = Math.max(reading.moved, moved);
      }
      // A page is much higher than what measuring a few rows corrects.
      if (rows.offsetHeight > height + 1_000) reading.pages++;
    }
    return reading;
  }, pagesWanted);
}
