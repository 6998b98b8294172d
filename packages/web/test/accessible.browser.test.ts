import { AxeBuilder } from '@axe-core/playwright';
import { describe, expect } from 'bun:test';
import { browserTest } from './chromium.ts';
import { desktop, phone, type Look } from './look.ts';
import type { Person } from './person.ts';
import { World } from './world.ts';

const seen: readonly Look[] = [
  { ...desktop, theme: 'light', isStill: true },
  { ...phone, language: 'zh', theme: 'dark', isStill: true },
];

describe.each(seen)('on a $size in $language, $theme', (look) => {
  browserTest('axe finds nothing to object to in any state', async () => {
    await using world = await World.open();
    const [ann, bob] = await Promise.all([world.visitor(look), world.visitor(desktop)]);
    await isAccessible(ann, 'sign-in');
    await Promise.all([ann.createAccount('ann'), bob.createAccount('bob')]);
    await isAccessible(ann, 'the first start');
    await ann.open('Lobby');
    await fillLobby(ann, bob);
    await isAccessible(ann, 'the lobby');

    await ann.openDirect('bob');
    await ann.say('A word in private');
    await ann.sees('A word in private', 'delivered');
    await isAccessible(ann, 'a direct chat');
    await ann.press(ann.button(ann.t('conversation.details')));
    await ann.page.getByRole('heading', { name: ann.t('details.title') }).waitFor();
    await isAccessible(ann, 'details');
    await ann.press(ann.button(ann.t('app.close')));
    await searched(ann);
    await overList(ann);
  });
});

async function isAccessible(person: Person, state: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page: person.page }).analyze();
  const found = violations.map(
    ({ id, help, nodes }) => `${state}: ${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
  expect(found).toEqual([]);
}

/** Of everything messages may hold. */
async function fillLobby(one: Person, other: Person): Promise<void> {
  await other.open('Lobby');
  await one.say('**Bold**, *slanted*, `code` and https://example.org/');
  await other.sees('Bold');
  await other.react('Bold', '👍');
  await other.act('Bold', 'reply');
  await other.say('> quoted\n\n- a list\n- of two\n\n```\nlet it = "be";\n```');
  await other.say('🎉');
  await one.sees('🎉');
  await one.say('Going');
  await one.sees('Going', 'sent');
  await one.act('Going', 'recall');
  await one.log.getByText(one.t('message.recalled')).waitFor();
}

async function searched(person: Person): Promise<void> {
  await person.press(person.button(person.t('conversation.search')));
  const dialog = person.page.getByRole('dialog', { name: person.t('search.title') });
  await dialog.getByRole('searchbox').fill('private');
  await dialog.getByRole('listitem').first().waitFor();
  await isAccessible(person, 'search');
  await person.press(person.button(person.t('app.close'), dialog));
  await dialog.waitFor({ state: 'detached' });
}

/** What opens from the list of conversations. */
async function overList(person: Person): Promise<void> {
  const people = await person.browse('people');
  await people.getByText('@bob').waitFor();
  await isAccessible(person, 'the people browser');
  await person.press(people.getByRole('tab', { name: person.t('browse.create'), exact: true }));
  await people.getByLabel(person.t('browse.name'), { exact: true }).waitFor();
  await isAccessible(person, 'making a group');
  await person.press(person.button(person.t('app.close'), people));
  await people.waitFor({ state: 'detached' });

  await person.press(person.sidebar.getByRole('button').filter({ hasText: person.t('sidebar.settings') }));
  const settings = person.page.getByRole('dialog', { name: person.t('settings.title') });
  await settings.getByText(person.t('settings.thisDevice')).waitFor();
  await isAccessible(person, 'settings');
}
