import { expect } from 'bun:test';
import { People } from '../../sdk/test/people.ts';
import { http } from '../../server/test/socket-client.ts';
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
/** Addresses somebody could be sent to. */
const oddHashes = [
  '#c/<img src=x onerror=hit=1>',
  '#c/1/javascript:hit=1',
  '#invite/<script>hit=1</script>',
  '#invite/..%2f..%2fv1%2fme',
  '#!search=<svg onload=hit=1>',
  '#javascript:hit=1',
  '#__proto__/constructor',
] as const;

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

browserTest('an invitation, custom content, a quote, a name one is offered and an address are text, too', async () => {
  await using world = await World.open({ PARLEY_RATE_LIMITS: 'off' });
  const { apiUrl } = world.server;
  const post = <T>(path: string, body: object, token?: string): Promise<T> =>
    http<T>(`${apiUrl}${path}`, token === undefined ? { body } : { body, token });
  const account = { userName: 'mallory', password: 'so many brackets', displayName: image };
  const { token } = await post<{ token: string }>('/accounts', account);
  const { conversation } = await post<{ conversation: { id: number } }>(
    '/conversations',
    { kind: 'group', title: script, topic: vector },
    token,
  );
  const place = `/conversations/${conversation.id}`;
  const say = (clientMsgId: string, content: object, more: object = {}) =>
    post(`${place}/messages`, { clientMsgId, content, ...more }, token);
  const { invite } = await post<{ invite: { code: string } }>(`${place}/invites`, {}, token);

  const ann = await world.visitor(desktop);
  const secrets = new Set<string>();
  const addresses: string[] = [];
  ann.page.on('request', (request) => void addresses.push(request.url()));
  ann.page.on('websocket', (socket) => void addresses.push(socket.url()));
  ann.page.on('response', (answer) => {
    if (answer.url().endsWith('/v1/accounts'))
      void answer.json().then((body: { token: string }) => secrets.add(body.token));
  });
  await ann.createAccount('ann');
  for (const odd of oddHashes) await ann.page.evaluate((hash) => void (location.hash = hash), odd);
  await ann.page.evaluate((code) => void (location.hash = `#invite/${code}`), invite.code);
  await ann.page.getByRole('heading', { name: script, level: 1 }).waitFor();
  await ann.press(ann.button(ann.t('invite.join')));
  await ann.composer.waitFor();

  await say('first', { type: 'text', text: vector });
  await say('quote', { type: 'text', text: `**bold** ${image}` }, { replyTo: 2 });
  await say('custom', { type: 'custom', data: { html: script, src: 'http://example.org/pixel.png', text: image } });
  await say('last', { type: 'text', text: 'that was all' });
  await ann.sees('that was all');
  await ann.composer.pressSequentially('@mal');
  await ann.page.getByText(image).first().waitFor();
  await ann.page.reload();
  await ann.sees('that was all');
  expect(await ann.page.evaluate(() => 'hit' in globalThis)).toBe(false);
  expect(await ann.page.locator('img[src^="http"], iframe, object, embed, form[action]').count()).toBe(0);
  expect(secrets.size).toBe(1);
  expect(addresses.length).toBeGreaterThan(3);
  for (const secret of secrets) expect(addresses.filter((address) => address.includes(secret))).toEqual([]);
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
