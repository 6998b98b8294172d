import { ParleyError } from '@parley/protocol';
import { topicOf, type Delivery } from '../delivery.ts';
import type { Presence } from '../presence/presence.ts';
import type { Caller, Rpc, SeedService } from '../rpc/rpc.ts';
import { UniqueViolation, type Store } from '../store/store.ts';
import type { Clock } from '../clock.ts';
import { countFrame, infoFrame, roomUsersShown } from './frames.ts';

export interface SeedServiceOptions {
  readonly store: Store;
  readonly presence: Presence;
  readonly rpc: Rpc;
  readonly clock: Clock;
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
}

/** Rooms a seed client can name into being have ids up to here; the store gives all other conversations larger ones. */
const roomIdMax = 10_000;
/** A room's info goes out at most this often when people come and go. */
const infoIntervalMs = 1_000;

/** What the seed asks of `logic` beyond its commands: rooms made on first use, and the frames only its clients know. */
export function createSeedService(options: SeedServiceOptions): SeedService & { close(): void } {
  const announceInfo = async (roomId: number): Promise<void> =>
    options.enqueue([{ topic: topicOf.conversation(roomId), push: await roomInfo(options, roomId) }]);
  const announcer = new Announcer(announceInfo);
  return {
    enterRoom: (caller, roomId) => enterRoom(options, caller, roomId),
    announceInfo,
    async announceCount(roomId) {
      const { count } = await listeners(options, roomId);
      await options.enqueue([{ topic: topicOf.conversation(roomId), push: countFrame(count) }]);
    },
    audienceChanged: async (roomId) => announcer.changed(roomId),
    close: () => announcer.close(),
  };
}

/** Announces a room at once, then at most once per interval while people keep coming and going. */
class Announcer {
  private readonly announce: (roomId: number) => Promise<void>;
  /** Rooms announced within the interval; true when something changed since. */
  private readonly recent = new Map<number, boolean>();
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(announce: (roomId: number) => Promise<void>) {
    this.announce = announce;
  }

  changed(roomId: number): void {
    if (this.recent.has(roomId)) this.recent.set(roomId, true);
    else this.run(roomId);
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private run(roomId: number): void {
    this.recent.set(roomId, false);
    this.announce(roomId).catch(() => undefined); // Best effort [D9]: the next arrival announces again.
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const hasChanged = this.recent.get(roomId) === true;
      this.recent.delete(roomId);
      if (hasChanged) this.run(roomId);
    }, infoIntervalMs);
    this.timers.add(timer);
  }
}

async function enterRoom(options: SeedServiceOptions, caller: Caller, roomId: number): Promise<void> {
  const join = async () =>
    (
      await options.rpc
        .call('logic')
        .handle([{ command: 'conversation.join', params: { conversationId: roomId }, caller }])
    )[0]?.error;
  const refused = await join();
  if (refused === undefined) return;
  if (refused.code !== 'not-found' || roomId > roomIdMax || !(await openRoom(options, roomId)))
    throw new ParleyError(refused.code, refused.message);
  const stillRefused = await join();
  if (stillRefused !== undefined) throw new ParleyError(stillRefused.code, stillRefused.message);
}

/** Makes a room of this id; false when the id is something else that the caller may not see. */
async function openRoom({ store, clock }: SeedServiceOptions, id: number): Promise<boolean> {
  const now = clock.now();
  try {
    await store.write((tx) =>
      tx
        .insertInto('conversations')
        .values({ id, kind: 'room', title: `Room ${id}`, is_listed: 1, changed_at: now, created_at: now })
        .execute(),
    );
    return true;
  } catch (error) {
    if (error instanceof UniqueViolation)
      return (
        (await store.db.selectFrom('conversations').select('kind').where('id', '=', id).executeTakeFirst())?.kind ===
        'room'
      );
    throw error;
  }
}

async function listeners(
  { presence, rpc }: SeedServiceOptions,
  roomId: number,
): Promise<{ userIds: number[]; count: number }> {
  const topic = topicOf.conversation(roomId);
  const nodes = (await presence.nodesOf([topic])).get(topic) ?? [];
  const answers = await Promise.all(nodes.map((node) => rpc.call('connect', node).listeners(topic, roomUsersShown)));
  const distinct = new Set(answers.flatMap((answer) => answer.userIds));
  const beyond = answers.reduce((sum, answer) => sum + (answer.count - answer.userIds.length), 0);
  return { userIds: [...distinct].slice(0, roomUsersShown), count: distinct.size + beyond };
}

async function roomInfo(options: SeedServiceOptions, roomId: number) {
  const { userIds, count } = await listeners(options, roomId);
  const users =
    userIds.length === 0
      ? []
      : await options.store.db.selectFrom('users').select(['id', 'name']).where('id', 'in', userIds).execute();
  return infoFrame(roomId, count, users);
}
