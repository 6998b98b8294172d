import { describe } from 'bun:test';
import { browserTest } from './chromium.ts';
import { looks, type Look } from './look.ts';
import type { Person } from './person.ts';
import { World } from './world.ts';

/** Two browsers in the lobby: one with an account, one a guest. */
async function meet(world: World, look: Look): Promise<{ ann: Person; guest: Person; guestName: string }> {
  const [ann, guest] = await Promise.all([world.visitor(look), world.visitor(look)]);
  await ann.createAccount('ann');
  await guest.continueAsGuest();
  return { ann, guest, guestName: await guest.name() };
}

async function chatInLobby({ ann, guest }: { ann: Person; guest: Person }): Promise<void> {
  await Promise.all([ann.open('Lobby'), guest.open('Lobby')]);
  await guest.say('Hello from a guest 你好');
  await ann.sees('Hello from a guest 你好');
  await ann.say('Welcome!');
  await guest.sees('Welcome!');
}

describe.each(looks)('on a $size in $language', (look) => {
  browserTest('a guest and an account chat in the lobby; a direct chat shows typing, ticks and unread', async () => {
    await using world = await World.open();
    const { ann, guest, guestName } = await meet(world, look);
    await chatInLobby({ ann, guest });

    await guest.openDirect('ann');
    await ann.open(guestName);
    await guest.composer.pressSequentially('First');
    await ann.page.getByText(ann.t('typing.one', { name: guestName })).waitFor();

    await ann.leave();
    await guest.press(guest.button(guest.t('composer.send')));
    await guest.sees('First', 'sent');

    await ann.come();
    await guest.sees('First', 'delivered');
    await ann
      .conversationRow(guestName)
      .getByText(ann.t('sidebar.unread', { count: 1 }))
      .waitFor();
    await ann.waitForTitle('(1) Parley');

    await ann.open(guestName);
    await guest.sees('First', 'read');
    await ann.waitForTitle('Parley');
  });

  browserTest(
    'messages are edited with history, reacted to, answered, found by their quote, and recalled',
    async () => {
      await using world = await World.open();
      const { ann, guest, guestName } = await meet(world, look);
      await guest.openDirect('ann');
      await guest.say('A thougt');
      await ann.open(guestName);
      await ann.sees('A thougt');

      await edit(guest, 'A thougt', 'A thought');
      await ann.sees('A thought');
      await seeHistory(ann, 'A thought', 'A thougt');

      await ann.react('A thought', '👍');
      await guest.press(pill(guest, 1));
      await Promise.all([pill(guest, 2).waitFor(), pill(ann, 2).waitFor()]);

      for (const part of ['one', 'two', 'three']) await guest.say(tall(part));
      await ann.sees('three 15');
      await ann.act('A thought', 'reply');
      await ann.page.getByText(ann.t('composer.replyTo', { name: guestName })).waitFor();
      await ann.say('An answer');
      await ann.message('An answer').waitFor();
      await followQuote(guest);

      await guest.act('A thought', 'recall');
      const recalled = (person: Person) =>
        person.log
          .getByRole('article')
          .filter({ hasText: person.t('message.recalled') })
          .first();
      await Promise.all([recalled(guest).waitFor(), recalled(ann).waitFor()]);
    },
  );
});

const tall = (word: string): string => Array.from({ length: 15 }, (_, line) => `${word} ${line + 1}`).join('\n');

const pill = (person: Person, count: number) =>
  person.button(person.t('message.reaction', { emoji: '👍', count }), person.message('A thought'));

async function edit(person: Person, before: string, after: string): Promise<void> {
  await person.act(before, 'edit');
  await person.composer.fill(after);
  await person.press(person.button(person.t('app.save')));
}

async function seeHistory(person: Person, now: string, before: string): Promise<void> {
  await person.press(person.button(person.t('message.edited'), person.message(now)));
  const history = person.page.getByRole('dialog', { name: person.t('revisions.title') });
  await history.getByText(now, { exact: true }).waitFor();
  await history.getByText(before, { exact: true }).waitFor();
  await person.press(person.button(person.t('app.close'), history));
  await history.waitFor({ state: 'detached' });
}

/** From the answer to what it answers, which is far above. */
async function followQuote(person: Person): Promise<void> {
  await person.press(person.message('An answer').getByRole('button').filter({ hasText: 'A thought' }));
  const target = person.message('A thought').and(person.page.locator('[data-flash="true"]'));
  await target.waitFor();
  await person.waitUntilOnScreen(person.message('A thought'));
}
