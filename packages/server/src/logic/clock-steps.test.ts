import { expect, test } from 'bun:test';
import { openTestLogic, type TestLogic } from '../../test/test-logic.ts';
import { clockStepLimits, ClockSteps } from './clock-steps.ts';

const hour = 3_600_000;

async function world(logic: TestLogic) {
  const [ann, ben] = [await logic.user('ann'), await logic.user('ben')];
  const made = await logic.call('conversation.create', { kind: 'group', title: 'x', memberIds: [ben.userId] }, ann);
  let count = 0;
  const send = () =>
    logic.call(
      'message.send',
      { conversationId: made.conversation.id, clientMsgId: `m${++count}`, content: { type: 'text', text: 'hi' } },
      ann,
    );
  return { ben, send, conversationId: made.conversation.id };
}

test('D6 F12 what is sent after the clock went back reaches a device that was here before', async () => {
  await using logic = await openTestLogic();
  const { ben, send, conversationId } = await world(logic);
  await send();
  logic.clock.advance(hour);
  const { asOf } = await logic.call('session.changes', {}, ben);
  logic.clock.setBack(hour / 2);
  const { seq } = await send();
  const changes = await logic.call('session.changes', { since: asOf }, ben);
  expect(changes.isReset).toBe(true);
  expect(changes.conversations.find(({ id }) => id === conversationId)?.seq).toBe(seq);
});

test('D6 F12 also when the clock has passed that time again, and after a restart', async () => {
  await using logic = await openTestLogic();
  const { ben, send } = await world(logic);
  const steps = new ClockSteps({ ...logic.ports, clock: logic.clock });
  logic.clock.advance(hour);
  await steps.look();
  logic.clock.advance(clockStepLimits.intervalMs - 1);
  const { asOf } = await logic.call('session.changes', {}, ben);
  logic.clock.setBack(hour / 2);
  const restarted = new ClockSteps({ ...logic.ports, clock: logic.clock });
  await restarted.look();
  await send();
  logic.clock.advance(hour);
  expect(await restarted.trusts(asOf)).toBe(false);
  const again = new ClockSteps({ ...logic.ports, clock: logic.clock });
  expect(await again.trusts(asOf)).toBe(false);
  expect(await again.trusts(logic.clock.now())).toBe(true);
  expect(await again.trusts(asOf - hour)).toBe(true);
});

test('small corrections of the clock cost nobody a reset', async () => {
  await using logic = await openTestLogic();
  const { ben, send, conversationId } = await world(logic);
  const steps = new ClockSteps({ ...logic.ports, clock: logic.clock });
  await steps.look();
  logic.clock.advance(60_000);
  await steps.look();
  const { asOf } = await logic.call('session.changes', {}, ben);
  logic.clock.setBack(5_000);
  await steps.look();
  await send();
  expect(await steps.trusts(asOf)).toBe(true);
  const changes = await logic.call('session.changes', { since: asOf }, ben);
  expect(changes.isReset).toBe(false);
  expect(changes.conversations.map(({ id }) => id)).toContain(conversationId);
});

test('many steps are remembered as few', async () => {
  await using logic = await openTestLogic();
  const steps = new ClockSteps({ ...logic.ports, clock: logic.clock });
  const first = logic.clock.now();
  for (let step = 0; step < 50; step++) {
    logic.clock.advance(2 * hour);
    await steps.look();
    logic.clock.setBack(hour);
    await steps.look();
  }
  const { value } = await logic.ports.store.db
    .selectFrom('settings')
    .select('value')
    .where('name', '=', 'clock')
    .executeTakeFirstOrThrow();
  expect((JSON.parse(value) as { steps: unknown[] }).steps.length).toBeLessThanOrEqual(clockStepLimits.stepsMax);
  expect(await steps.trusts(first + 2 * hour)).toBe(false);
});
