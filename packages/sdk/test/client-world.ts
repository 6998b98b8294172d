import { expect } from 'bun:test';
import type { Client } from '../src/client.ts';
import type { ConversationView } from '../src/contract.ts';
import type { ModelPlace } from './model-place.ts';
import { ModelServer } from './model-server.ts';
import { open } from './scripted-client.ts';
import { otherId, ownId } from './sync-world.ts';

/** Longer than any pause of the client, and than a heartbeat. */
const healedAfterMs = 70_000;

/** A client, the server, and what the client was told. */
interface World {
  readonly server: ModelServer;
  readonly client: Client;
  readonly closes: Map<number, () => void>;
  readonly heard: Map<number, number[]>;
}

/** Something that happens; the number chooses where and what. */
export type Step = readonly [name: keyof typeof happens, n: number];
type Happens = (world: World, n: number) => unknown;

const happens = {
  otherWrites: changes((place, n) => place.write(otherId, n % 3 === 0)),
  ownDeviceWrites: changes((place) => (place.isMember ? place.write(ownId, false) : undefined)),
  edit: changes((place, n) => {
    const message = pick(place.log.messages, n >> 2);
    if (message === undefined || message.content.type !== 'text') return undefined;
    place.touch();
    return place.log.edit(message.seq);
  }),
  rename: changes((place) => {
    place.touch();
    return place.log.rename();
  }),
  peerReads: ({ server }, n) => {
    const place = placeOf(server, n);
    if (place.kind === 'group' && place.isMember) server.own(place.movePeer());
  },
  ownDeviceReads: ({ server }, n) => {
    const place = placeOf(server, n);
    if (place.isMember) server.own(place.moveOwn({ readSeq: n >> 2 }));
  },
  ownDeviceHides: ({ server }, n) => {
    const place = placeOf(server, n);
    const message = pick(place.log.readable(), n >> 2);
    if (place.isMember && message !== undefined) server.hide(place, message.seq);
  },
  putOut: ({ server }, n) => server.part(placeOf(server, n)),
  takeIn: ({ server }, n) => server.join(placeOf(server, n)),
  mute: ({ server }, n) => {
    const place = placeOf(server, n);
    place.isMuted = !place.isMuted;
  },

  open: ({ server, client, closes }, n) => {
    const { id } = placeOf(server, n);
    if (!closes.has(id)) closes.set(id, client.conversation(id).open());
  },
  close: ({ server, closes }, n) => {
    const { id } = placeOf(server, n);
    closes.get(id)?.();
    closes.delete(id);
  },
  write: ({ server, client }, n) => client.conversation(placeOf(server, n).id).send('hello'),
  retry: (world, n) => withFailed(world, n, (handle, id) => handle.retry(id)),
  discard: (world, n) => withFailed(world, n, (handle, id) => handle.discard(id)),
  read: ({ server, client }, n) => client.conversation(placeOf(server, n).id).markRead(),
  readSome: ({ server, client }, n) => client.conversation(placeOf(server, n).id).markRead(n >> 2),
  hide: ({ server, client }, n) => {
    const place = placeOf(server, n);
    const message = pick(place.log.readable(), n >> 2);
    return message === undefined ? undefined : client.conversation(place.id).hide(message.seq);
  },
  older: ({ server, client }, n) => client.conversation(placeOf(server, n).id).messages.loadOlder(),
  newer: ({ server, client }, n) => client.conversation(placeOf(server, n).id).messages.loadNewer(),
  latest: ({ server, client }, n) => client.conversation(placeOf(server, n).id).messages.jumpToLatest(),
  jump: ({ server, client }, n) => client.conversation(placeOf(server, n).id).messages.jumpTo((n >> 2) + 1),

  deliverNext: ({ server }) => server.deliver(0),
  deliverAny: ({ server }, n) => server.deliver(n),
  lose: ({ server }, n) => server.lose(n),
  double: ({ server }, n) => server.double(n),
  cut: ({ server }) => server.cut(),
  forget: ({ server }) => {
    server.isForgetful = true;
  },
  wait: ({ server }, n) => server.pass(n * 20),
} satisfies Record<string, Happens>;

/** How often each happens. */
export const weights: Record<keyof typeof happens, number> = {
  otherWrites: 12,
  ownDeviceWrites: 3,
  edit: 4,
  rename: 1,
  peerReads: 2,
  ownDeviceReads: 2,
  ownDeviceHides: 1,
  putOut: 1,
  takeIn: 2,
  mute: 1,
  open: 5,
  close: 2,
  write: 6,
  retry: 2,
  discard: 1,
  read: 3,
  readSome: 2,
  hide: 2,
  older: 2,
  newer: 2,
  latest: 1,
  jump: 2,
  deliverNext: 16,
  deliverAny: 24,
  lose: 4,
  double: 4,
  cut: 2,
  forget: 1,
  wait: 6,
};

function changes(
  make: (place: ModelPlace, n: number) => ReturnType<ModelPlace['part']> | ReturnType<ModelPlace['log']['rename']>,
): Happens {
  return ({ server }, n) => {
    const place = placeOf(server, n);
    server.change(place, make(place, n));
  };
}

function placeOf(server: ModelServer, n: number): ModelPlace {
  return server.places[n % server.places.length]!;
}

function pick<T>(items: readonly T[], n: number): T | undefined {
  return items[n % Math.max(1, items.length)];
}

function withFailed(
  { server, client }: World,
  n: number,
  action: (handle: ReturnType<Client['conversation']>, clientMsgId: string) => Promise<void>,
): unknown {
  const handle = client.conversation(placeOf(server, n).id);
  const failed = handle.messages.getSnapshot().items.find((item) => item.state === 'failed');
  return failed === undefined ? undefined : action(handle, failed.clientMsgId);
}

/** Plays a run, lets the faults end, with or without a new connection, and compares with a fresh client. */
export async function expectRunEndsFresh(run: readonly Step[], byReconnect: boolean): Promise<void> {
  const world = await start();
  await play(world, run);
  if (byReconnect) world.server.cut();
  world.server.calm();
  world.server.heads();
  await world.server.pass(healedAfterMs);
  await expectFresh(world);
}

async function start(): Promise<World> {
  const server = new ModelServer();
  const { client } = open(server);
  const heard = new Map<number, number[]>(server.places.map(({ id }) => [id, []]));
  client.on('message', ({ message }) => heard.get(message.conversationId)?.push(message.seq));
  void client.connect();
  await server.pass(0);
  server.deliver(0);
  await server.pass(0);
  return { server, client, closes: new Map(), heard };
}

async function play(world: World, run: readonly Step[]): Promise<void> {
  for (const [name, n] of run) {
    const outcome: unknown = happens[name](world, n);
    // A pause is waited for; what is asked of the server may never be answered.
    if (name === 'wait') await outcome;
    else if (outcome instanceof Promise) outcome.catch(() => undefined);
    await world.server.pass(0);
  }
}

/** The list without what only those who look at a conversation are told. */
function listOf(client: Client): readonly ConversationView[] {
  return client.conversations.getSnapshot().items.map(({ conversation, ...view }) => {
    const { peerReadSeq: _read, peerDeliveredSeq: _delivered, ...rest } = conversation;
    return { ...view, conversation: rest };
  });
}

/** All that is to be read; what was refused waits for its author and is on this device only. */
async function messagesOf(server: ModelServer, client: Client, id: number): Promise<object> {
  const { messages } = client.conversation(id);
  messages.jumpToLatest().catch(() => undefined);
  await server.pass(0);
  while (messages.getSnapshot().hasOlder) {
    void messages.loadOlder();
    await server.pass(0);
  }
  const { status, error, items } = messages.getSnapshot();
  return status === 'ready' ? items.filter((item) => item.state !== 'failed') : { status, code: error?.code };
}

async function expectFresh({ server, client, heard }: World): Promise<void> {
  const { client: fresh } = open(server);
  await connect(server, fresh);
  expect(listOf(client)).toEqual(listOf(fresh));
  for (const { id } of server.places) for (const one of [client, fresh]) one.conversation(id).open();
  await server.pass(5_000);
  expect(client.conversations.getSnapshot()).toEqual(fresh.conversations.getSnapshot());
  for (const { id } of server.places)
    expect(await messagesOf(server, client, id)).toEqual(await messagesOf(server, fresh, id));
  for (const place of server.places) expectHeard(server, place, heard.get(place.id) ?? []);
  await Promise.all([client.close(), fresh.close()]);
}

/** New messages are told once and in order; in a group one was always in, all of them. [I9] */
function expectHeard(server: ModelServer, place: ModelPlace, seqs: readonly number[]): void {
  expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
  if (place.kind === 'group' && place.wasAlwaysMember && !server.wasForgetful)
    expect(seqs).toEqual(place.log.messages.map(({ seq }) => seq));
}

async function connect(server: ModelServer, client: Client): Promise<void> {
  void client.connect();
  await server.pass(1_000);
}
