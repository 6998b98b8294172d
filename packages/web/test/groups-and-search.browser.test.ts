import { describe, expect } from 'bun:test';
import { browserTest } from './chromium.ts';
import { desktop, phone } from './look.ts';
import type { Person } from './person.ts';
import { World } from './world.ts';

describe.each([desktop, { ...phone, language: 'zh' as const }])('on a $size in $language', (look) => {
  browserTest('a group is made; its invitation link brings somebody in, and both talk', async () => {
    await using world = await World.open();
    const [ann, guest] = await Promise.all([world.visitor(look), world.visitor(look)]);
    await ann.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await ann.createAccount('ann');
    await guest.continueAsGuest();
    const who = await guest.name();
    await createGroup(ann, 'Sea walks 海边');
    const link = await inviteLink(ann);
    expect(link).toStartWith(world.url);
    await guest.page.goto(link);
    await guest.page.getByRole('heading', { name: 'Sea walks 海边' }).waitFor();
    await guest.press(guest.button(guest.t('invite.join')));
    await guest.say('Thanks for having me');
    await ann.sees('Thanks for having me');
    await ann.say('Bring boots');
    await guest.sees('Bring boots');
    await ann.log.getByText(ann.t('system.joined', { who })).waitFor();
  });

  browserTest('search finds a word and two Chinese characters, and leads to the message', async () => {
    await using world = await World.open();
    const ann = await world.visitor(look);
    await ann.createAccount('ann');
    await ann.open('Lobby');
    await ann.say('The lighthouse keeper waves');
    await ann.say('明天一起去看灯塔吧');
    for (const word of ['one', 'two', 'three', 'four']) await ann.say(tall(word));
    await ann.sees('four 15', 'sent');

    await search(ann, 'lighthouse', 'The lighthouse keeper waves');
    await ann.waitUntilOnScreen(ann.message('The lighthouse keeper waves'));
    await search(ann, '灯塔', '明天一起去看灯塔吧');
    await ann.waitUntilOnScreen(ann.message('明天一起去看灯塔吧'));
  });
});

const tall = (word: string): string => Array.from({ length: 15 }, (_, line) => `${word} ${line + 1}`).join('\n');

async function createGroup(person: Person, title: string): Promise<void> {
  const dialog = await person.browse('create');
  await dialog.getByLabel(person.t('browse.name'), { exact: true }).fill(title);
  await person.press(person.button(person.t('browse.createAction'), dialog));
  await person.page.getByRole('heading', { name: title, level: 1 }).waitFor();
}

/** Makes a link in the group’s details, and closes them where they cover the conversation. */
async function inviteLink(person: Person): Promise<string> {
  const { page } = person;
  await person.press(person.button(person.t('conversation.details')));
  await person.press(person.button(person.t('details.createInvite')));
  await person.button(person.t('details.copyInvite')).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  if (person.isOnPhone) await person.press(person.button(person.t('app.close')));
  return link;
}

async function search(person: Person, word: string, hit: string): Promise<void> {
  await person.press(person.button(person.t('conversation.search')));
  const dialog = person.page.getByRole('dialog', { name: person.t('search.title') });
  const field = dialog.getByRole('searchbox');
  const found = dialog.getByRole('button').filter({ hasText: hit });
  const none = dialog.getByText(person.t('search.none', { query: word }));
  await field.fill(word);
  // The index may be a second behind what was just said.
  for (await found.or(none).waitFor(); !(await found.isVisible()); await found.or(none).waitFor()) {
    await field.fill('');
    await none.waitFor({ state: 'detached' });
    await field.fill(word);
  }
  await person.press(found);
  await dialog.waitFor({ state: 'detached' });
}
