import { describe, expect } from 'bun:test';
import { browserTest } from './chromium.ts';
import { desktop, phone } from './look.ts';
import type { Person } from './person.ts';
import { World } from './world.ts';

describe.each([desktop, { ...phone, language: 'zh' as const }])('on a $size in $language', (look) => {
  browserTest('a draft survives a reload', async () => {
    await using world = await World.open();
    const ann = await world.visitor(look);
    await ann.createAccount('ann');
    await ann.open('Lobby');
    await ann.composer.fill('half a thought 半句话');
    await ann.page.reload();
    await ann.composer.waitFor();
    expect(await ann.composer.inputValue()).toBe('half a thought 半句话');
  });

  browserTest('Enter takes what the input method composes and sends nothing; the next Enter sends', async () => {
    await using world = await World.open();
    const ann = await world.visitor(look);
    await ann.createAccount('ann');
    await ann.open('Lobby');
    await composeByInputMethod(ann);
    expect(await ann.composer.inputValue()).toBe('你好');
    expect(await ann.texts()).toEqual([]);
    await ann.composer.press('Enter');
    await ann.sees('你好', 'sent');
    expect(await ann.composer.inputValue()).toBe('');
  });

  browserTest('what is sent offline waits in sight and goes out once, in order', async () => {
    await using world = await World.open();
    const [ann, bob] = await Promise.all([world.visitor(look), world.visitor(look)]);
    await Promise.all([ann.createAccount('ann'), bob.createAccount('bob')]);
    await ann.openDirect('bob');
    await ann.say('before');
    await bob.open('ann');
    await bob.sees('before');

    ann.watch.mayLoseConnection = true;
    await ann.context.setOffline(true);
    for (const text of ['one', 'two', 'three']) {
      await ann.say(text);
      await ann.sees(text, 'sending');
    }
    await ann.page
      .getByRole('status')
      .filter({ hasText: ann.t('connection.offline') })
      .waitFor();

    await ann.context.setOffline(false);
    await bob.sees('three');
    await ann.sees('three', 'read');
    const all = ['before', 'one', 'two', 'three'];
    expect(await bob.texts()).toEqual(all);
    expect(await ann.texts()).toEqual(all);
  });
});

/** Pinyin as an input method gives it to the page: composed, Enter pressed inside, committed. */
async function composeByInputMethod(person: Person): Promise<void> {
  await person.composer.focus();
  const devtools = await person.context.newCDPSession(person.page);
  await devtools.send('Input.imeSetComposition', { text: 'nihao', selectionStart: 5, selectionEnd: 5 });
  await devtools.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    key: 'Enter',
    code: 'Enter',
    windowsVirtualKeyCode: 13,
  });
  await devtools.send('Input.dispatchKeyEvent', {
    type: 'keyUp',
    key: 'Enter',
    code: 'Enter',
    windowsVirtualKeyCode: 13,
  });
  await devtools.send('Input.insertText', { text: '你好' });
  await devtools.detach();
}
