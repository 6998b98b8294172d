import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { type Message, ParleyError } from '@parley/protocol';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import type { Session } from '../session.ts';

type State = Map<number, Message>;

interface Scene {
  readonly logic: TestLogic;
  readonly users: readonly Session[];
  readonly conversationId: number;
}

const seq = fc.integer({ min: 1, max: 12 });
const emoji = fc.constantFrom('👍', '❤️', '🎉');
const step = fc.record({
  user: fc.nat(2),
  action: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('send' as const),
        key: fc.nat(15),
        text: fc.constantFrom('a', 'b', 'c'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('edit' as const), seq, text: fc.constantFrom('x', 'y', 'z') }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('recall' as const), seq }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('react' as const), seq, emoji }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('unreact' as const), seq, emoji }) },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Each round is given at once, so that what it does interleaves. */
const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });

test('I15 D3 I3 I4 I5 pushes come in order of versions, and sync from any of them gives what a fresh fetch gives', async () => {
  await using logic = await openTestLogic();
  const users = [await logic.user('ann'), await logic.user('ben'), await logic.user('cat')];
  await fc.assert(
    fc.asyncProperty(rounds, fc.integer({ min: 1, max: 5 }), async (rounds, limit) => {
      const scene = { logic, users, conversationId: await openRoom(logic, users) };
      for (const round of rounds) await Promise.all(round.map((step) => perform(scene, step)));
      const changes = await changesOf(scene);
      expect(changes.map((message) => message.version)).toEqual(changes.map((_, index) => index + 1));
      const fresh = await fetchAll(scene);
      expect([...fresh.keys()]).toEqual([...fresh.keys()].map((_, index) => index + 1));
      expect(new Set([...fresh.values()].map((message) => message.id)).size).toBe(fresh.size);
      for (let version = 0; version <= changes.length; version++) {
        const state = applied(changes.slice(0, version));
        await sync({ ...scene, limit }, state, version);
        expect([...state.entries()].toSorted(([a], [b]) => a - b)).toEqual([...fresh.entries()]);
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

async function openRoom(logic: TestLogic, [owner, ...others]: readonly Session[]): Promise<number> {
  const { conversation } = await logic.call('conversation.create', { kind: 'room', title: 'Tea' }, owner);
  for (const user of others) await logic.call('conversation.join', { conversationId: conversation.id }, user);
  await logic.delivered();
  logic.seen.deliveries.length = 0;
  return conversation.id;
}

const refusals = new Set(['not-found', 'forbidden', 'already-recalled', 'client-msg-id-conflict']);

async function perform(scene: Scene, step: Step): Promise<void> {
  try {
    await command(scene, step);
  } catch (error) {
    if (!(error instanceof ParleyError) || !refusals.has(error.code)) throw error;
  }
}

function command({ logic, users, conversationId }: Scene, { user, action }: Step): Promise<unknown> {
  const session = users[user];
  switch (action.type) {
    case 'send': {
      const content = { type: 'text', text: action.text } as const;
      return logic.call('message.send', { conversationId, clientMsgId: `k${action.key}`, content }, session);
    }
    case 'edit': {
      const content = { type: 'text', text: action.text } as const;
      return logic.call('message.edit', { conversationId, seq: action.seq, content }, session);
    }
    case 'recall':
      return logic.call('message.recall', { conversationId, seq: action.seq }, session);
    case 'react':
      return logic.call('reaction.add', { conversationId, seq: action.seq, emoji: action.emoji }, session);
    case 'unreact':
      return logic.call('reaction.remove', { conversationId, seq: action.seq, emoji: action.emoji }, session);
  }
}

/** What was pushed, without the repeats: each version once, and each time the same. */
async function changesOf({ logic, conversationId }: Scene): Promise<Message[]> {
  const byVersion = new Map<number, Message>();
  for (const push of await logic.pushesTo(`c:${conversationId}`)) {
    if (push.push !== 'message.changed') continue;
    const { message } = push;
    const known = byVersion.get(message.version);
    if (known !== undefined) expect(message).toEqual(known);
    else byVersion.set(message.version, message);
  }
  return [...byVersion.values()];
}

async function fetchAll({ logic, users, conversationId }: Scene): Promise<State> {
  const state: State = new Map();
  let after = 0;
  for (let hasNewer = true; hasNewer; after += 10) {
    const page = await logic.call('message.history', { conversationId, after, limit: 10 }, users[0]);
    for (const message of page.items) state.set(message.seq, message);
    ({ hasNewer } = page);
  }
  return state;
}

async function sync(
  { logic, users, conversationId, limit }: Scene & { readonly limit: number },
  state: State,
  version: number,
): Promise<void> {
  let after = version;
  for (let hasMore = true; hasMore;) {
    const page = await logic.call('message.sync', { conversationId, after, limit }, users[1]);
    for (const message of page.items) state.set(message.seq, message);
    ({ hasMore, nextAfter: after } = page);
  }
}

function applied(changes: readonly Message[]): State {
  return new Map(changes.map((message) => [message.seq, message]));
}
