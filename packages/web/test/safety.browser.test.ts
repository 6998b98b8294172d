import { expect } from 'bun:test';
import { People } from '../../sdk/test/people.ts';
import { browserTest } from './chromium.ts';
import { desktop } from './look.ts';
import type { Person } from './person.ts';
import { World } from './world.ts';

/** Each of them would set the flag, or ask, if the page took it for more than text. */
const payloads = [
  '<script>hit=1;alert(1)</script>',
  '<img src=x onerror=hit=1;alert(1)>',
  '"><svg onload=hit=1;alert(1)>',
  '\'"--></style></script><body onload=hit=1>',
  '{{constructor.constructor("hit=1")()}}',
  '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
  '<details open ontoggle=hit=1><a href="javascript:hit=1">x</a></details>',
] as const;
const links = [
  '[one](javascript:hit=1)',
  '[two](  JaVaScRiPt:hit=1)',
  '[three](data:text/html,<script>hit=1</script>)',
  '[four](vbscript:hit=1)',
  '[five](&#106;avascript:hit=1)',
  '[six](java\tscript:hit=1)',
  '<javascript:hit=1>',
  '![seven](x onerror=hit=1)',
  '![eight](http://example.org/pixel.png)',
  '[nine](//example.org/)',
  '[ten](file:///etc/passwd)',
  '[eleven](https://example.org/"onmouseover="hit=1)',
  'https://example.org/ and mail@example.org and [twelve](mailto:mail@example.org)',
] as const;
const [script, image, vector] = payloads;

browserTest('nothing people write anywhere is taken for markup, and links lead only where links may', async () => {
  await using world = await World.open({ PARLEY_RATE_LIMITS: 'off' });
  await using people = new People(world.server);
  const mallory = people.client();
  await mallory.account.register({ userName: 'mallory', password: 'so many brackets', displayName: script });
  await mallory.connect();
  await mallory.account.update({ bio: image });
  const room = await mallory.conversations.create({ kind: 'room', title: vector, topic: image });
  const written = mallory.conversation(room.id);
  for (const text of [...payloads, ...links, '```' + script + '\n' + payloads.join('\n') + '\n```'])
    await written.sendAndWait(text);

  const ann = await world.visitor(desktop);
  await ann.createAccount('ann');
  await joinRoom(ann, vector);
  await ann.page.getByRole('heading', { name: vector, level: 1 }).waitFor();
  await ann.message(payloads.at(-1)!).first().waitFor();
  await ann.log.getByRole('link', { name: 'twelve' }).waitFor();
  await lookEverywhere(ann);
  expect(await ann.page.evaluate(() => 'hit' in globalThis)).toBe(false);
  expect(await ann.log.locator('img, iframe, script, object, embed, form').count()).toBe(0);
});

async function joinRoom(person: Person, name: string): Promise<void> {
  const dialog = await person.browse('rooms');
  await person.press(person.button(person.t('browse.joinOf', { name }), dialog));
}

/** Every place that shows a name, a title, a topic, a text; and every link. */
async function lookEverywhere(person: Person): Promise<void> {
  const { page } = person;
  const targets = await person.log
    .getByRole('link')
    .evaluateAll((all) =>
      all.map((link) => ({ protocol: (link as HTMLAnchorElement).protocol, rel: link.getAttribute('rel') ?? '' })),
    );
  expect(targets.length).toBeGreaterThan(2);
  for (const { protocol, rel } of targets) {
    expect(['http:', 'https:', 'mailto:']).toContain(protocol);
    expect(rel).toContain('noopener');
  }
  await person.press(person.button(person.t('conversation.details')));
  await page
    .getByRole('complementary', { name: person.t('details.title') })
    .getByText(vector)
    .first()
    .waitFor();
  await person.press(
    person.log
      .getByRole('button')
      .filter({ hasText: script.slice(0, 20) })
      .first(),
  );
  await page.getByRole('dialog').getByText(image).waitFor();
  await person.press(person.button(person.t('app.close'), page.getByRole('dialog')));
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await person.press(person.button(person.t('conversation.search')));
  await page.getByRole('searchbox', { name: person.t('search.label') }).fill('<script>');
  await page.getByRole('dialog').getByRole('listitem').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}
