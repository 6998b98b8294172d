import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { conversationId, TabWorld, type Tab } from './tab-world.ts';

interface Written {
  readonly clientMsgId: string;
  readonly writer: Tab;
  isKept: boolean;
}

/** Tabs that write while they are closed, crashed, frozen and cut off. */
class BusyTabs extends TabWorld {
  readonly written: Written[] = [];
  isSilent = false;

  constructor() {
    super();
    this.server.answers['message.send'] = (frame) => {
      const ack = this.log.store(frame);
      return this.isSilent ? undefined : ack;
    };
    this.open();
  }

  pick(index: number): Tab | undefined {
    return this.tabs[index % Math.max(1, this.tabs.length)];
  }

  send(writer: Tab): void {
    const clientMsgId = `m${this.written.length}`;
    const written: Written = { clientMsgId, writer, isKept: false };
    this.written.push(written);
    writer.client
      .conversation(conversationId)
      .send(clientMsgId, { clientMsgId })
      .then(
        () => (written.isKept = true),
        () => undefined,
      );
  }

  async reload(tab: Tab): Promise<void> {
    this.kill(tab);
    this.open({ token: 'token' }, tab);
  }

  lose(): void {
    for (const link of this.openLinks) link.lose();
  }

  async settle(): Promise<void> {
    this.isSilent = false;
    if (this.tabs.length === 0) this.open();
    for (const { tab } of this.tabs) tab.thaw();
    this.lose();
    await this.server.pass(300_000);
  }
}

type Step = (world: BusyTabs) => unknown;

const withTab = (weight: number, step: (world: BusyTabs, tab: Tab) => unknown) => ({
  weight,
  arbitrary: fc.nat(9).map((index): Step => (world) => {
    const tab = world.pick(index);
    return tab === undefined ? undefined : step(world, tab);
  }),
});

const steps: fc.Arbitrary<Step> = fc.oneof(
  withTab(6, (world, tab) => world.send(tab)),
  withTab(1, (world, tab) => world.kill(tab)),
  withTab(1, (world, tab) => world.reload(tab)),
  withTab(1, (_world, { tab }) => tab.freeze()),
  withTab(2, (_world, { tab }) => tab.thaw()),
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.tabs.length < 5 && world.open()) },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.lose()) },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (isSilent): Step =>
        (world) =>
          (world.isSilent = isSilent),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom(0, 1, 30, 700, 4_000, 20_000).map(
      (ms): Step =>
        (world) =>
          world.server.pass(ms),
    ),
  },
);

test('D2 D3 D5 whatever becomes of tabs: one link in the end, everything stored once, each writer’s in order, shown in all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 50, size: 'max' }), async (taken) => {
      const world = new BusyTabs();
      for (const step of taken) await step(world);
      await world.settle();
      expect([...new Set(world.statuses()), world.openLinks.length]).toEqual(['online', 1]);
      const log = world.log.ids(conversationId);
      expect(new Set(log).size).toBe(log.length);
      const owed = world.written.filter(({ isKept }) => isKept).map(({ clientMsgId }) => clientMsgId);
      expect(log).toEqual(expect.arrayContaining(owed));
      for (const writer of new Set(world.written.map((one) => one.writer))) {
        const own = world.written.filter((one) => one.writer === writer).map(({ clientMsgId }) => clientMsgId);
        expect(log.filter((id) => own.includes(id))).toEqual(own.filter((id) => log.includes(id)));
      }
      for (const tab of world.tabs) expect(world.texts(tab)).toEqual(log);
      expect(await world.storage.keys('parley:outbox:')).toEqual([]);
    }),
    { numRuns: 200 },
  );
}, 120_000);
