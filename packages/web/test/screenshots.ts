/** `npm run screenshots`: a lively conversation on a fresh server, as the pictures of the README. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { People } from '../../sdk/test/people.ts';
import type { ParleyClient } from '../../sdk/src/index.ts';
import { desktop, phone, type Look } from './look.ts';
import { World } from './world.ts';
import { password, type Person } from './person.ts';

const folder = join(import.meta.dir, '../../../docs/screenshots');

const names = { mira: 'Mira Castellan', tomas: 'Tomás Rivera', lin: '林晓雨', ada: 'Ada Okafor', jonas: 'Jonas Weber' };
type Name = keyof typeof names;

const pictures: Readonly<Record<string, Look>> = {
  'desktop-light': { ...desktop, theme: 'light' },
  'desktop-dark': { ...desktop, theme: 'dark' },
  'phone-light': { ...phone, theme: 'light' },
  'phone-chinese': { ...phone, language: 'zh', theme: 'light' },
};

await using world = await World.open({ PARLEY_RATE_LIMITS: 'off' });
await using people = new People(world.server);
const cast = await invite();
const rooms = await talk(cast);
mkdirSync(folder, { recursive: true });
for (const [name, look] of Object.entries(pictures)) await picture(name, look);

async function invite(): Promise<Record<Name, ParleyClient>> {
  const entries = (Object.keys(names) as Name[]).map(async (userName) => {
    const client = people.client();
    await client.account.register({ userName, password, displayName: names[userName] });
    await client.connect();
    return [userName, client] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, ParleyClient>;
}

interface Rooms {
  readonly harbour: number;
  readonly chinese: number;
}

async function talk(cast: Record<Name, ParleyClient>): Promise<Rooms> {
  const idOf = (name: Name): number => cast[name].account.getSnapshot().account!.id;
  const everyone = (Object.keys(names) as Name[]).filter((name) => name !== 'mira').map(idOf);
  const make = (title: string, topic: string) =>
    cast.mira.conversations.create({ kind: 'group', title, topic, memberIds: everyone });
  const sayIn =
    (room: number): Tell =>
    async (name, text, replyTo) =>
      (await cast[name].conversation(room).sendAndWait(text, replyTo === undefined ? {} : { replyTo })).seq;
  const readUpTo = (conversationId: number, seq: number) =>
    cast.mira.request('cursor.advance', { conversationId, deliveredSeq: seq, readSeq: seq });
  const direct = async (name: Name, text: string): Promise<readonly [number, number]> => {
    const { id } = await cast[name].conversations.openDirect(idOf('mira'));
    return [id, await sayIn(id)(name, text)];
  };

  await readUpTo(...(await direct('jonas', 'Thanks for the photos. The second one is going on the wall 🖼️')));
  const trip = await make('Autumn trip', 'Cabin from 12 to 15 October');
  await sayIn(trip.id)('ada', 'I can drive. Who needs a seat?');
  await direct('ada', 'Lunch on Thursday?');
  const chinese = await make('周末爬山小组', '每周六早上七点，北门集合');
  await readUpTo(chinese.id, await talkInChinese(chinese.id, cast, sayIn(chinese.id)));
  const harbour = await make('Harbour redesign', 'Launch on the 28th · notes in the wiki');
  await sayIn(1)('tomas', 'Welcome, everyone! Ask anything here.');
  await readUpTo(harbour.id, await talkInEnglish(harbour.id, cast, sayIn(harbour.id)));
  return { harbour: harbour.id, chinese: chinese.id };
}

type Tell = (name: Name, text: string, replyTo?: number) => Promise<number>;

async function talkInEnglish(room: number, cast: Record<Name, ParleyClient>, say: Tell): Promise<number> {
  const react = (name: Name, seq: number, emoji: string) => cast[name].conversation(room).react(seq, emoji);
  await say('tomas', 'Morning! The new tide chart is live on staging 🌊');
  const chart = await say('tomas', 'It loads in **180 ms** now. It was over two seconds last week.');
  await react('ada', chart, '🎉');
  await react('lin', chart, '🎉');
  await react('mira', chart, '👏');
  await say('ada', 'That is lovely. What made the difference?');
  const why = await say(
    'tomas',
    'One query instead of forty:\n\n```\nselect station, max(height)\nfrom tide\nwhere day = today()\ngroup by station\n```',
  );
  await react('jonas', why, '❤️');
  await say('mira', 'Could the legend keep its colours for people who do not tell red from green?', chart);
  const lin = await say('lin', '可以，我今天下午换一套配色。I will send two options.');
  await react('mira', lin, '👍');
  const plan = await say('mira', 'Then we ship on the 27th.');
  await cast.mira.conversation(room).edit(plan, 'Then we ship on the 28th, after Ada has tried it on her phone.');
  await say('ada', 'On it. I have the *oldest* phone of us all 📱', plan);
  return say('mira', '🚀');
}

async function talkInChinese(room: number, cast: Record<Name, ParleyClient>, say: Tell): Promise<number> {
  await say('lin', '周六天气不错，晴，最高 22 度 ☀️');
  const route = await say('lin', '这次走**东线**：北门 → 观景台 → 松林 → 山顶，大约四个小时。');
  await cast.mira.conversation(room).react(route, '👍');
  await cast.ada.conversation(room).react(route, '👍');
  await say('ada', 'Count me in! 我带水果和茶。');
  await say('mira', '山顶有卖热面的吗？', route);
  const noodles = await say('lin', '有，不过要排队，还是自己带些吃的吧 😄');
  await cast.mira.conversation(room).react(noodles, '😂');
  await say('jonas', '我可能晚到十分钟，你们先走，我在观景台追上。');
  return say('mira', '好，那我们在观景台等你。');
}

async function picture(name: string, look: Look): Promise<void> {
  const mira = await world.visitor({ ...look, isStill: true });
  await signIn(mira);
  const place = name === 'phone-chinese' ? rooms.chinese : rooms.harbour;
  await mira.page.goto(`${world.url}#c/${place}`);
  await mira.composer.waitFor();
  await mira.log.getByRole('article').last().waitFor();
  await mira.page.evaluate(() => document.fonts.ready);
  const typist = name === 'phone-chinese' ? cast.lin : cast.ada;
  typist.conversation(place).setTyping(true);
  await mira.page
    .locator('.typing-line')
    .getByText(names[name === 'phone-chinese' ? 'lin' : 'ada'])
    .waitFor();
  await mira.page.mouse.move(0, 0);
  await mira.page.screenshot({ path: join(folder, `${name}.png`) });
  typist.conversation(place).setTyping(false);
  await mira.leave();
}

async function signIn(person: Person): Promise<void> {
  await person.press(person.button(person.t('signIn.haveAccount')));
  await person.page.getByLabel(person.t('signIn.userName')).fill('mira');
  await person.page.getByLabel(person.t('signIn.password')).fill(password);
  await person.press(person.button(person.t('signIn.signIn')));
  await person.sidebar.waitFor();
}
