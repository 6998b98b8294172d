import { expect, test } from 'bun:test';
import { NodeTaken, type RegisteredNode, type Registry } from '../registry/registry.ts';
import { Listing } from './listing.ts';

const node = { nodeId: 'north', bootId: 'now', address: '' };
const everything = ['claim', 'connect', 'task'];

test('R6 an id that is taken once more while all is said again is claimed once more', async () => {
  const said: string[] = [];
  const isSaid = Promise.withResolvers<void>();
  let take = (): void => undefined;
  const say = (what: string): void => {
    said.push(what);
    // In the middle of the second time.
    if (said.length === 5) take();
    if (said.length === 9) isSaid.resolve();
  };
  const registry = {
    onTaken: (listener: (taken: NodeTaken) => void) =>
      (take = () => listener(new NodeTaken({ ...node, bootId: 'later' }))),
    claim: async () => say('claim'),
    register: async ({ role }: RegisteredNode) => say(role),
  } as unknown as Registry;
  const listing = new Listing({ registry, node, ask: async () => 'over' });
  await listing.claim();
  for (const role of ['connect', 'task'] as const) await listing.add(role);
  take();
  await isSaid.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(said).toEqual([...everything, ...everything, ...everything]);
});
