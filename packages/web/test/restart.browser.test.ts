import { expect } from 'bun:test';
import { browserTest } from './chromium.ts';
import { desktop, phone } from './look.ts';
import type { Person } from './person.ts';
import { World } from './world.ts';

browserTest('after kill -9 and a new start both pages resume by themselves; nothing is lost or doubled', async () => {
  await using world = await World.open();
  const [ann, bob] = await Promise.all([world.visitor(desktop), world.visitor({ ...phone, language: 'zh' })]);
  await Promise.all([ann.createAccount('ann'), bob.createAccount('bob')]);
  await ann.openDirect('bob');
  await ann.say('one');
  await bob.open('ann');
  await bob.say('two');
  await ann.sees('two');

  for (const person of [ann, bob]) person.watch.mayLoseConnection = true;
  await world.server.kill();
  await Promise.all([isLost(ann), isLost(bob)]);
  await ann.say('three, into nothing');
  await ann.sees('three, into nothing', 'sending');
  await world.server.start();

  await bob.sees('three, into nothing');
  await ann.sees('three, into nothing', 'read');
  await bob.say('four');
  await ann.sees('four');
  await ann.say('five');
  await bob.sees('five');
  const all = ['one', 'two', 'three, into nothing', 'four', 'five'];
  expect(await ann.texts()).toEqual(all);
  expect(await bob.texts()).toEqual(all);

  await ann.page.reload();
  await ann.sees('five');
  expect(await ann.texts()).toEqual(all);
});

async function isLost(person: Person): Promise<void> {
  await person.page
    .getByRole('status')
    .filter({ hasText: person.t('connection.tryNow') })
    .waitFor();
}
