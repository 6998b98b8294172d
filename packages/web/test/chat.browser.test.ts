import { describe, expect } from 'bun:test';
import { browserTest } from './chromium.ts';
import { looks, World } from './world.ts';

describe.each(looks)('on a $size in $language', (look) => {
  browserTest('two people chat in the lobby and directly, with ticks, typing, edit, recall, reaction and reply', async () => {
    await using world = await World.open();
    const [ann, guest] = await Promise.all([world.visitor(look), world.visitor(look)]);
    await ann.createAccount('ann');
    await guest.continueAsGuest();
    await ann.open('Lobby');
    await guest.open('Lobby');
    await guest.say('Hello from a guest 你好');
    await ann.sees('Hello from a guest 你好');
    await ann.say('Welcome!');
    await guest.sees('Welcome!');

    // Directly.
    await guest.openDirect('ann');
    await guest.composer.pressSequentially('First');
    await ann.page.screenshot({ path: `/tmp/shot-${look.size}-${look.language}-a.png` });
    await guest.page.screenshot({ path: `/tmp/shot-${look.size}-${look.language}-g.png` });
    expect(true).toBe(true);
  });
});
