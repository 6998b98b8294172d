import { expect, test } from 'bun:test';
import type { Conversation, Message } from '@parley/protocol';
import fc from 'fast-check';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import type { Delivery } from '../delivery.ts';
import type { Session } from '../session.ts';

type Step = {
  readonly what: 'send' | 'add' | 'remove' | 'leave' | 'promote' | 'title';
  readonly by: number;
  readonly on: number;
};

const people = 4;
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('send', 'add', 'remove', 'leave', 'promote', 'title'),
  by: fc.nat(people - 1),
  on: fc.nat(people - 1),
});

/** Gives the command; refusals are as good as anything else. */
async function perform(
  logic: TestLogic,
  conversationId: number,
  { step, users }: { step: Step; users: readonly Session[] },
) {
  const actor = users[step.by];
  const userId = users[step.on]?.userId ?? 0;
  const content = { type: 'text', text: 'x' } as const;
  const commands = {
    send: ['message.send', { conversationId, clientMsgId: crypto.randomUUID(), content }],
    add: ['member.add', { conversationId, userIds: [userId] }],
    remove: ['member.remove', { conversationId, userId }],
    leave: ['conversation.leave', { conversationId }],
    promote: ['member.update', { conversationId, userId, role: 'admin' }],
    title: ['conversation.update', { conversationId, title: crypto.randomUUID() }],
  } as const;
  const [command, params] = commands[step.what];
  // The owner, who reads the truth in the end, stays.
  if (step.what === 'leave' && step.by === 0) return;
  if (actor !== undefined) await logic.outcome(command, params, logic.socketOf(actor));
}

/** What a hub does with joins and parts, for one conversation. */
class Listening {
  readonly heard = new Map<number, Message[]>();
  private readonly listening = new Set<number>();

  take(topic: string, deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries.filter((one) => one.topic === topic)) {
      for (const userId of delivery.joins ?? []) this.listening.add(userId);
      if (delivery.push.push === 'message.changed') this.hear(delivery.push.message);
      for (const userId of delivery.parts ?? []) this.listening.delete(userId);
    }
  }

  private hear(message: Message): void {
    for (const userId of this.listening) this.heard.set(userId, [...(this.heard.get(userId) ?? []), message]);
  }
}

/** Who was in the group when each message was committed, by what the messages themselves say. */
function expectedFor(userId: number, log: readonly Message[]): number[] {
  let isIn = false;
  const seqs: number[] = [];
  for (const { seq, content, senderId } of log) {
    const event = content.type === 'system' ? content.system : undefined;
    const names = event !== undefined && 'userIds' in event && event.userIds.includes(userId);
    if ((event?.event === 'created' && senderId === userId) || (event?.event === 'added' && names)) isIn = true;
    if (isIn) seqs.push(seq);
    if (names && (event.event === 'left' || event.event === 'removed')) isIn = false;
  }
  return seqs;
}

const versionsOf = (topic: string, deliveries: readonly Delivery[]): number[] =>
  deliveries.flatMap(({ topic: to, push }) => {
    if (to !== topic) return [];
    if (push.push === 'message.changed') return [push.message.version];
    return push.push === 'conversation.changed' ? [push.version] : [];
  });

/** The state of the conversation a device keeps, from what is pushed to its user and to the conversation. */
function builtFrom(deliveries: readonly Delivery[], userId: number, id: number): Partial<Conversation> {
  let built: Partial<Conversation> = {};
  for (const { topic, push } of deliveries) {
    if (topic === `u:${userId}` && push.push === 'conversation.added') built = push.conversation;
    if (topic !== `c:${id}` || !('version' in built)) continue;
    if (push.push === 'conversation.changed') built = { ...built, ...push.meta, version: push.version };
    if (push.push === 'message.changed' && push.message.version > (built.version ?? 0)) {
      built = { ...built, version: push.message.version, seq: push.message.seq, lastMessage: push.message };
    }
  }
  return built;
}

test('D3 D8 I10 I15 whatever members do at once, versions have no hole, everyone hears exactly what was said while they were in, and what is pushed adds up to what is read', async () => {
  await using logic = await openTestLogic();
  const users = [await logic.user('ann'), await logic.user('ben'), await logic.user('cat'), await logic.user('dan')];
  const [ann] = users as [Session];
  const run = async (steps: readonly Step[]) => {
    await logic.delivered();
    logic.seen.deliveries.length = 0;
    const created = await logic.call('conversation.create', { kind: 'group', title: 'x', memberIds: [] }, ann);
    const { id } = created.conversation;
    // In threes at once, as they come from different people.
    for (let from = 0; from < steps.length; from += 3) {
      const atOnce = steps.slice(from, from + 3);
      await Promise.all(atOnce.map((one) => perform(logic, id, { step: one, users })));
    }
    await logic.delivered();
    const { deliveries } = logic.seen;
    const { conversation } = await logic.call('conversation.get', { conversationId: id }, ann);
    const versions = versionsOf(`c:${id}`, deliveries);
    expect(versions).toEqual(Array.from({ length: conversation.version }, (_, index) => index + 1));
    const { items } = await logic.call('message.history', { conversationId: id, after: 0, limit: 100 }, ann);
    expect(items.map(({ seq }) => seq)).toEqual(Array.from({ length: conversation.seq }, (_, index) => index + 1));
    const listening = new Listening();
    listening.take(`c:${id}`, deliveries);
    for (const { userId } of users) {
      const heard = (listening.heard.get(userId) ?? []).map(({ seq }) => seq);
      expect(heard).toEqual(expectedFor(userId, items));
    }
    const { title, version, seq, lastMessage } = conversation;
    expect(builtFrom(deliveries, ann.userId, id)).toMatchObject({ title, version, seq, lastMessage });
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 24 }), run), { numRuns: 40 });
});
