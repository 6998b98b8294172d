import { expect } from 'bun:test';
import { browserTest } from './chromium.ts';
import { Gate } from './gate.ts';
import { desktop } from './look.ts';
import { World } from './world.ts';

const written = Array.from({ length: 20 }, (_, n) => `on the train, ${String(n + 1).padStart(2, '0')}`);

browserTest(
  'D3 the laptop lid: what is written offline, and the tab closed and reopened offline, arrives once and in order when online',
  async () => {
    await using world = await World.open();
    await using gate = await Gate.before(world.server.ports.site);
    const [ann, bob] = await Promise.all([
      world.visitor(desktop, `http://127.0.0.1:${gate.port}/`),
      world.visitor(desktop),
    ]);
    await Promise.all([ann.createAccount('ann'), bob.createAccount('bob')]);
    await ann.openDirect('bob');
    await ann.say('before');
    await bob.open('ann');
    await ann.sees('before', 'read');

    await ann.canOpenOffline();
    ann.watch.mayLoseConnection = true;
    gate.close();
    await ann.context.setOffline(true);
    for (const text of written) await ann.say(text);
    await ann.sees(written[19]!, 'sending');
    const { hash } = new URL(ann.page.url());
    await ann.leave();
    await ann.come(hash);
    await ann.page
      .getByRole('status')
      .filter({ hasText: ann.t('connection.offline') })
      .waitFor();
    await ann.sees(written[19]!, 'sending');
    expect(await bob.texts()).toEqual(['before']);

    gate.open();
    await ann.context.setOffline(false);
    await bob.sees(written[19]!);
    await ann.sees(written[19]!, 'read');
    for (const person of [ann, bob]) expect(await person.texts()).toEqual(['before', ...written]);
    await ann.page.reload();
    await ann.sees(written[19]!, 'read');
    expect(await ann.texts()).toEqual(['before', ...written]);
  },
);
