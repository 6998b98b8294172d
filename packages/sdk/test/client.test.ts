import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ServerProcess } from '../../server/test/server-process.ts';
import { memoryStorage } from '../src/index.ts';
import { idOf, isConsecutive, People, shows, textOf, textsOf, until } from './people.ts';

const slow = 60_000;
let server: ServerProcess;
let people: People;

beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
  people = new People(server);
}, slow);

afterAll(async () => {
  await people[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
}, slow);

describe('two people', () => {
  test(
    'chat directly: echo, states, unread, typing, reply, edit, recall, reaction',
    async () => {
      const [ada, bob] = await Promise.all([people.person('ada'), people.person('bob')]);
      const id = await people.direct(ada, bob);
      const here = ada.conversation(id);
      const close = here.open();
      await here.send('Hello Bob');
      expect(here.messages.getSnapshot().items.at(-1)).toMatchObject({ isOwn: true, state: 'sending' });
      await until(here.messages, ({ items }) => items.at(-1)?.state === 'delivered');

      const listed = await until(bob.conversations, ({ items }) => items[0]?.unreadCount === 1);
      expect([listed.unreadTotal, listed.items[0]?.name, listed.items[0]?.lastMessage?.content]).toEqual([
        1,
        'ada',
        { type: 'text', text: 'Hello Bob' },
      ]);
      const there = bob.conversation(id);
      const closeThere = there.open();
      const opened = await shows(bob, id, 'Hello Bob');
      expect(opened).toMatchObject({
        status: 'ready',
        firstUnreadSeq: opened.items.at(-1)?.seq,
        hasOlder: false,
        hasNewer: false,
      });
      there.markRead();
      expect(bob.conversations.getSnapshot().unreadTotal).toBe(0);
      await until(here.messages, ({ items }) => items.at(-1)?.state === 'read');

      there.setTyping(true);
      await until(here.typing, (ids) => ids.includes(idOf(bob)));
      const seq = opened.items.at(-1)!.seq!;
      await there.send('Hello Ada', { replyTo: seq });
      await until(here.messages, ({ items }) => items.at(-1)?.replyTo === seq);
      expect(here.typing.getSnapshot()).toEqual([]);

      await here.edit(seq, 'Hello, Bob!');
      await shows(bob, id, 'Hello, Bob!');
      await there.react(seq, '👍');
      await until(here.messages, ({ items }) => items[0]?.reactions[0]?.count === 1);
      expect((await there.revisions(seq)).map(textOf)).toEqual(['Hello Bob']);
      await here.recall(seq);
      await shows(bob, id, 'recalled');
      await there.hide(seq);
      expect(textsOf(bob, id)).toEqual(['Hello Ada']);
      close();
      closeThere();
    },
    slow,
  );

  test(
    'I9 see the same thousand messages in one order, whoever sent them',
    async () => {
      const [ada, bob] = await Promise.all([people.person('ada'), people.person('bob')]);
      const id = await people.direct(ada, bob);
      await people.listed(bob, id);
      for (const client of [ada, bob]) client.conversation(id).open();
      const heard: number[] = [];
      bob.on('message', ({ message }) => heard.push(message.seq));
      const sends = [ada, bob].flatMap((client, side) =>
        Array.from({ length: 500 }, (_, n) => client.conversation(id).sendAndWait(`${side}-${n}`)),
      );
      const acks = await Promise.all(sends);
      const last = Math.max(...acks.map((ack) => ack.seq));
      for (const client of [ada, bob])
        await until(
          client.conversation(id).messages,
          ({ items }) => items.length >= 1_000 && items.every((item) => item.state !== 'sending' && item.seq! <= last),
        );
      expect(textsOf(bob, id)).toEqual(textsOf(ada, id));
      expect(heard).toEqual(heard.toSorted((a, b) => a - b));
      expect(new Set(heard).size).toBe(1_000);
    },
    slow,
  );
});

describe('history', () => {
  test(
    'is read in windows: older pages, a jump, newer pages, the end',
    async () => {
      const storage = memoryStorage();
      const ada = await people.person('ada', { storage });
      const { id } = await ada.conversations.create({ kind: 'group', title: 'Diary' });
      const diary = ada.conversation(id);
      await Promise.all(Array.from({ length: 180 }, (_, n) => diary.sendAndWait(`day ${n}`)));
      const reader = people.client({ storage });
      await reader.connect();
      const { messages } = reader.conversation(id);
      const close = reader.conversation(id).open();
      const first = await until(messages, ({ status }) => status === 'ready');
      expect([first.items.length, first.hasOlder, first.hasNewer]).toEqual([50, true, false]);
      await messages.loadOlder();
      expect(messages.getSnapshot().items).toHaveLength(100);
      expect(await messages.jumpTo(20)).toBe(true);
      const jumped = messages.getSnapshot();
      expect([jumped.hasNewer, jumped.epoch > first.epoch]).toEqual([true, true]);
      await messages.loadNewer();
      expect(isConsecutive(messages.getSnapshot().items)).toBe(true);
      await messages.jumpToLatest();
      expect(messages.getSnapshot()).toMatchObject({ hasNewer: false });
      expect(textOf(messages.getSnapshot().items.at(-1)!)).toBe('day 179');
      while (messages.getSnapshot().hasOlder) await messages.loadOlder();
      expect(isConsecutive(messages.getSnapshot().items)).toBe(true);
      expect(messages.getSnapshot().items[0]?.seq).toBe(1);
      close();
    },
    slow,
  );

  test(
    'search finds two Chinese characters and leads to the message',
    async () => {
      const ada = await people.person('ada');
      const { id } = await ada.conversations.create({ kind: 'group', title: '群' });
      const { seq } = await ada.conversation(id).sendAndWait('今天天气很好');
      for (;;) {
        const { items } = await ada.conversation(id).search('天气');
        if (items.length === 0) continue;
        expect(items[0]?.seq).toBe(seq);
        return;
      }
    },
    slow,
  );
});

describe('a restart', () => {
  test(
    'D6 keeps everything; both sides resume by themselves and what was queued goes out',
    async () => {
      const storage = memoryStorage();
      const [ada, bob] = await Promise.all([people.person('ada', { storage }), people.person('bob')]);
      const id = await people.direct(ada, bob);
      await people.listed(bob, id);
      for (const client of [ada, bob]) client.conversation(id).open();
      await ada.conversation(id).sendAndWait('before');
      await shows(bob, id, 'before');
      await server.kill();
      for (const client of [ada, bob]) await until(client.connection, ({ status }) => status !== 'online');
      await ada.conversation(id).send('while it was away');
      expect(ada.conversation(id).messages.getSnapshot().items.at(-1)?.state).toBe('sending');
      await server.start();
      for (const client of [ada, bob]) client.connection.retryNow();
      await shows(bob, id, 'while it was away');
      await until(ada.conversation(id).messages, ({ items }) => items.at(-1)?.state === 'delivered');
      expect(textsOf(bob, id)).toEqual(textsOf(ada, id));

      const again = people.client({ storage });
      await again.connect();
      expect(idOf(again)).toBe(idOf(ada));
      again.conversation(id).open();
      await shows(again, id, 'while it was away');
    },
    slow,
  );

  test(
    'D7 what a device missed while its page slept is there when it comes back',
    async () => {
      const [ada, bob] = await Promise.all([people.person('ada'), people.person('bob')]);
      const id = await people.direct(ada, bob);
      await people.listed(bob, id);
      const there = bob.conversation(id);
      there.open();
      await ada.conversation(id).sendAndWait('one');
      await shows(bob, id, 'one');
      await bob.close();
      await Promise.all(Array.from({ length: 300 }, (_, n) => ada.conversation(id).sendAndWait(`missed ${n}`)));
      await bob.connect();
      await shows(bob, id, 'missed 299');
      await until(bob.conversations, ({ items }) => items[0]?.unreadCount === 301);
      expect(isConsecutive(there.messages.getSnapshot().items)).toBe(true);
      expect(there.messages.getSnapshot().items).toHaveLength(301);
    },
    slow,
  );
});

describe('rooms and devices', () => {
  test(
    'a room is found, joined and left; its messages come while it is open',
    async () => {
      const [ada, bob] = await Promise.all([people.person('ada'), people.person('bob')]);
      const title = `Room of ${idOf(ada)}`;
      const { id } = await ada.conversations.create({ kind: 'room', title });
      const found = await bob.conversations.browse({ query: title });
      expect(found.items.map((view) => [view.id, view.isMember])).toContainEqual([id, false]);
      expect(await bob.conversations.join(id)).toMatchObject({ id, isMember: true, name: title });
      const close = bob.conversation(id).open();
      await until(bob.conversation(id).messages, ({ status }) => status === 'ready');
      await ada.conversation(id).sendAndWait('to all');
      await shows(bob, id, 'to all');
      close();
      await bob.conversations.leave(id);
      await until(bob.conversations, ({ items }) => !items.some((item) => item.id === id));
    },
    slow,
  );

  test(
    'D16 one’s other device sees what one sent and read; signing it out closes it with a reason',
    async () => {
      const [ada, bob] = await Promise.all([people.person('ada'), people.person('bob')]);
      const { account } = ada.account.getSnapshot();
      const phone = people.client({ deviceName: 'phone' });
      await phone.account.signIn({ userName: account!.name, password: 'ada likes long walks' });
      await phone.connect();
      const id = await people.direct(ada, bob);
      await people.listed(phone, id);
      phone.conversation(id).open();
      await ada.conversation(id).sendAndWait('from my desk');
      const { items } = await shows(phone, id, 'from my desk');
      expect(items.at(-1)).toMatchObject({ isOwn: true });
      const { promise, resolve } = Promise.withResolvers<string>();
      phone.on('session.ended', ({ reason }) => resolve(reason));
      const devices = await ada.account.devices();
      await ada.account.endDevice(devices.find((device) => device.name === 'phone')!.id);
      expect(await promise).toBe('session-ended');
      expect(phone.account.getSnapshot()).toEqual({ status: 'signed-out', endedBy: 'session-ended' });
    },
    slow,
  );

  test(
    'presence follows people who come and go',
    async () => {
      const [ada, bob] = await Promise.all([people.person('ada'), people.person('bob')]);
      await people.direct(ada, bob);
      const presence = ada.presence.live(idOf(bob));
      await until(presence, (state) => state?.isOnline === true);
      await bob.close();
      await until(presence, (state) => state?.isOnline === false);
    },
    slow,
  );
});
