import { describe, expect, test } from 'bun:test';
import { closeCodes, type Message, type Push } from '@parley/protocol';
import { leaderAnswerMs } from '../src/tabs/tab-group.ts';
import { ok, refused, type SentFrame } from './scripted-server.ts';
import { conversationId, TabWorld, type Tab } from './tab-world.ts';

describe('tabs of one session', () => {
  test('share one link: all are online, each gets its own answers and every push', async () => {
    const world = new TabWorld();
    const tabs = await world.openMany(4);
    expect([world.server.links.length, world.statuses()]).toEqual([1, ['online', 'online', 'online', 'online']]);
    world.server.answers['user.get'] = ({ params }) =>
      ok({ user: { id: params['userId'], name: `user${String(params['userId'])}` } });
    const names = Promise.all(tabs.map(({ client }, n) => client.users.get(n + 10)));
    await world.server.pass(100);
    expect((await names).map((user) => user.name)).toEqual(['user10', 'user11', 'user12', 'user13']);
    const heard = tabs.map(heardBy);
    world.server.link.push({ push: 'typing', conversationId, userId: 2, isTyping: true });
    await world.server.pass(0);
    expect(heard).toEqual([['typing'], ['typing'], ['typing'], ['typing']]);
    const ids = world.server.frames.map((frame) => frame.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('D5 what one of them sends is shown in all, once', async () => {
    const world = new TabWorld();
    const tabs = await world.openMany(3);
    for (const [n, { client }] of tabs.entries())
      await client.conversation(conversationId).send('hi', { clientMsgId: `m${n}` });
    await world.server.pass(2_000);
    expect(world.log.ids(conversationId).toSorted()).toEqual(['m0', 'm1', 'm2']);
    for (const tab of tabs) expect(world.texts(tab)).toEqual(world.log.ids(conversationId));
  });

  test('D6 a tab that comes later misses nothing pushed while it asks where things stand', async () => {
    const world = new TabWorld();
    await world.openMany(1);
    const changes = world.server.answers['session.changes']!;
    let asked: SentFrame | undefined;
    world.server.answers['session.changes'] = (frame) => void (asked = frame);
    const late = world.open();
    await world.server.pass(100);
    const answer = changes(asked!)!;
    world.server.link.push({ push: 'message.changed', message: messageOf(1) });
    await world.server.pass(0);
    expect(late.client.connection.getSnapshot().status).toBe('connecting');
    const heard = heardBy(late);
    world.server.link.reply(asked!, answer);
    await world.server.pass(0);
    expect([late.client.connection.getSnapshot().status, heard]).toEqual(['online', ['message.changed']]);
    expect(late.client.conversations.get(conversationId)?.seq).toBe(1);
  });

  test('what is on screen in one of them stays subscribed until it is in none', async () => {
    const world = new TabWorld();
    const [one, two] = (await world.openMany(2)) as [Tab, Tab];
    world.server.answers['conversation.watch'] = (frame) =>
      ok({ conversation: { ...world.log.conversation(frame.params), kind: 'room' } });
    const closes = [one, two].map(({ client }) => client.conversation(99).open());
    await world.server.pass(100);
    closes[0]!();
    await world.server.pass(2_000);
    expect(world.server.sent('conversation.unwatch')).toEqual([]);
    closes[1]!();
    await world.server.pass(2_000);
    expect(world.server.sent('conversation.unwatch').map(({ params }) => params)).toEqual([{ conversationId: 99 }]);
    one.client.conversation(99).open();
    await world.server.pass(100);
    await two.client.close();
    await one.client.close();
    expect(world.openLinks).toEqual([]);
  });

  test('presence is watched for all of them together', async () => {
    const world = new TabWorld();
    const [one, two] = (await world.openMany(2)) as [Tab, Tab];
    world.server.answers['presence.watch'] = () => ok({ items: [] });
    one.client.presence.watch([5, 6]);
    await world.server.pass(100);
    two.client.presence.watch([6, 7]);
    await world.server.pass(100);
    expect(watched(world)).toEqual([
      [5, 6],
      [5, 6, 7],
    ]);
    await two.client.close();
    await world.server.pass(100);
    expect(watched(world).at(-1)).toEqual([5, 6]);
  });

  test('of another session never meet, whatever they share', async () => {
    const world = new TabWorld();
    world.open();
    world.open({ token: 'another' });
    await world.server.pass(100);
    expect(world.server.sent('session.hello').map(({ params }) => params['token'])).toEqual(['token', 'another']);
    expect(world.openLinks.length).toBe(2);
  });

  test('`separate` tabs have a link each', async () => {
    const world = new TabWorld();
    for (let n = 0; n < 3; n++) world.open({ token: 'token', tabs: 'separate' });
    await world.server.pass(100);
    expect(world.openLinks.length).toBe(3);
  });
});

describe('the tab that leads', () => {
  test.each(['closed', 'crashed'] as const)(
    'is %s: another one takes over, and everybody resumes where they were',
    async (end) => {
      const world = new TabWorld();
      const [leader, ...others] = (await world.openMany(4)) as [Tab, Tab, Tab, Tab];
      if (end === 'crashed') world.kill(leader);
      else await leader.client.close();
      world.log.store(sendOf('while nobody led'));
      await world.server.pass(5_000);
      expect([world.openLinks.length, world.server.links.length]).toEqual([1, 2]);
      for (const tab of others) {
        expect(tab.client.connection.getSnapshot().status).toBe('online');
        expect(world.texts(tab)).toEqual(['while nobody led']);
      }
      expect(world.server.sent('session.changes').at(-1)?.params).toEqual({ since: 500 });
    },
  );

  test('is frozen: it is passed over; awake again it follows', async () => {
    const world = new TabWorld();
    const [leader] = (await world.openMany(1)) as [Tab];
    leader.tab.freeze();
    const late = world.open();
    await world.server.pass(leaderAnswerMs - 1);
    expect(late.client.connection.getSnapshot().status).toBe('connecting');
    await world.server.pass(100);
    expect(late.client.connection.getSnapshot().status).toBe('online');
    leader.tab.thaw();
    await world.server.pass(5_000);
    expect([world.openLinks.length, world.statuses()]).toEqual([1, ['online', 'online']]);
  });

  test('passes on why a link ended; those that come back share one again', async () => {
    const world = new TabWorld();
    const tabs = await world.openMany(3);
    world.server.link.lose(closeCodes['slow-consumer'].code);
    await world.server.pass(5_000);
    expect([world.openLinks.length, world.statuses()]).toEqual([1, ['online', 'online', 'online']]);
    const ended: string[] = [];
    for (const { client } of tabs) client.on('session.ended', ({ reason }) => ended.push(reason));
    world.server.link.lose(closeCodes['session-ended'].code);
    await world.server.pass(60_000);
    expect([ended, world.openLinks.length]).toEqual([['session-ended', 'session-ended', 'session-ended'], 0]);
  });

  test('has a draining link: all move to a new one beside it, which then is the only one', async () => {
    const world = new TabWorld();
    await world.openMany(3);
    const [old] = world.server.links;
    old?.push({ push: 'server.draining', retryAfterMs: 2_000 });
    await world.server.pass(1_999);
    expect(world.server.links.length).toBe(1);
    await world.server.pass(100);
    expect([world.server.links.length, world.statuses(), old?.isClosed]).toEqual([
      2,
      ['online', 'online', 'online'],
      true,
    ]);
  });

  test('is refused: everybody is told, and nobody is left waiting', async () => {
    const world = new TabWorld();
    world.server.answers['session.hello'] = () => refused('unauthenticated');
    const tabs = await world.openMany(3);
    await world.server.pass(30_000);
    expect(tabs.map(({ client }) => client.account.getSnapshot().status)).toEqual([
      'signed-out',
      'signed-out',
      'signed-out',
    ]);
    expect(world.openLinks).toEqual([]);
  });

  test('forgets a tab that has long said nothing', async () => {
    const world = new TabWorld();
    const [one, two] = (await world.openMany(2)) as [Tab, Tab];
    world.server.answers['presence.watch'] = () => ok({ items: [] });
    two.client.presence.watch([7]);
    await world.server.pass(100);
    two.tab.freeze();
    await world.server.pass(200_000);
    expect(watched(world).at(-1)).toEqual([]);
    two.tab.thaw();
    await world.server.pass(5_000);
    expect([one, two].map(({ client }) => client.connection.getSnapshot().status)).toEqual(['online', 'online']);
    expect(world.openLinks.length).toBe(1);
  });
});

describe('what a tab leaves', () => {
  test('D2 D3 is sent by another one, in order, and not while it may come back', async () => {
    const world = new TabWorld();
    const [one, two] = (await world.openMany(2)) as [Tab, Tab];
    world.server.answers['message.send'] = () => undefined;
    for (const clientMsgId of ['m1', 'm2', 'm3'])
      await one.client.conversation(conversationId).send('left', { clientMsgId });
    world.kill(one);
    await world.server.pass(2_000);
    expect(world.texts(two)).toEqual([]);
    world.server.answers['message.send'] = (frame) => world.log.store(frame);
    await world.server.pass(5_000);
    expect(world.log.ids(conversationId)).toEqual(['m1', 'm2', 'm3']);
    expect(world.texts(two)).toEqual(['m1', 'm2', 'm3']);
    expect(await world.storage.keys('parley:outbox:')).toEqual([]);
  });

  test('is its own when it was only loaded again', async () => {
    const world = new TabWorld();
    const [one, two] = (await world.openMany(2)) as [Tab, Tab];
    world.server.answers['message.send'] = () => undefined;
    await one.client.conversation(conversationId).send('mine', { clientMsgId: 'm1' });
    world.kill(one);
    const again = world.open({ token: 'token' }, one);
    await world.server.pass(9_000);
    expect([world.texts(again), world.texts(two)]).toEqual([['m1'], []]);
  });

  test('waits for the next one when it was the last', async () => {
    const world = new TabWorld();
    const [one] = (await world.openMany(1)) as [Tab];
    world.server.answers['message.send'] = () => undefined;
    await one.client.conversation(conversationId).send('later', { clientMsgId: 'm1' });
    world.kill(one);
    world.server.answers['message.send'] = (frame) => world.log.store(frame);
    const next = world.open();
    await world.server.pass(9_000);
    expect([world.log.ids(conversationId), world.texts(next)]).toEqual([['m1'], ['m1']]);
  });
});

describe('signing in and out', () => {
  test('in one tab is so in all of them, and only the one that did it is told nothing', async () => {
    const world = new TabWorld();
    await world.storage.set('parley:session', JSON.stringify({ token: 'kept' }));
    const tabs = [world.openKept(), world.openKept()] as const;
    await world.server.pass(100);
    expect(world.statuses()).toEqual(['online', 'online']);
    void tabs[0].client.account.signOut();
    await world.server.pass(1_000);
    expect(tabs.map(({ client }) => client.account.getSnapshot())).toEqual([
      { status: 'signed-out' },
      { status: 'signed-out', endedBy: 'signed-out' },
    ]);
    expect([await world.storage.keys(''), world.openLinks]).toEqual([[], []]);
    world.server.session = 'another';
    await tabs[1].client.account.signIn({ userName: 'ada', password: 'a long walk' });
    await world.server.pass(1_000);
    expect([world.statuses(), world.openLinks.length]).toEqual([['online', 'online'], 1]);
    expect(world.server.sent('session.hello').at(-1)?.params).toMatchObject({ token: 'another' });
  });

  test('an ended session takes no newer one with it', async () => {
    const world = new TabWorld();
    await world.storage.set('parley:session', JSON.stringify({ token: 'kept' }));
    world.openKept();
    await world.server.pass(100);
    await world.storage.set('parley:session', JSON.stringify({ token: 'newer' }));
    world.server.link.lose(closeCodes['session-ended'].code);
    await world.server.pass(100);
    expect(await world.storage.get('parley:session')).toBe('{"token":"newer"}');
  });
});

function heardBy({ client }: Tab): string[] {
  const heard: string[] = [];
  client.on('push', ({ push }: { readonly push: Push }) => heard.push(push.push));
  return heard;
}

function watched(world: TabWorld): unknown[] {
  return world.server.sent('presence.watch').map(({ params }) => params['userIds']);
}

function sendOf(clientMsgId: string): SentFrame {
  return {
    id: 0,
    command: 'message.send',
    params: { conversationId, clientMsgId, content: { type: 'text', text: clientMsgId } },
  };
}

function messageOf(seq: number): Message {
  return {
    conversationId,
    seq,
    id: String(seq),
    version: seq,
    senderId: 2,
    clientMsgId: `other${seq}`,
    createdAt: seq,
    content: { type: 'text', text: 'hi' },
  };
}
