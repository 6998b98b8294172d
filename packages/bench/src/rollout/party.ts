import { http } from '@parley/server/test/socket-client.ts';
import type { UpProcess } from '@parley/server/test/up-process.ts';
import { Guest, type GuestParts } from './guest.ts';

const membersEach = 2;
/** Who come in at the same time. */
const togetherMax = 32;
const patienceMs = 60_000;
const triesMax = 10;
const retryMs = 500;

interface Group {
  readonly conversation: { readonly id: number; readonly seq: number };
}

/** Guests in pairs, all of them listening. */
export async function gather(
  up: UpProcess,
  count: number,
  parts: Pick<GuestParts, 'journal' | 'returns'>,
): Promise<readonly Guest[]> {
  const places = { apiUrl: up.apiUrl, socketUrl: up.socketUrl };
  const indexes = Array.from({ length: count }, (_, index) => index);
  const guests = await together(indexes, (index) =>
    patiently(() => Guest.enter({ ...parts, ...places, name: `guest ${index}` })),
  );
  const token = await register(up);
  const groups = Array.from({ length: Math.ceil(count / membersEach) }, (_, index) =>
    guests.slice(index * membersEach, (index + 1) * membersEach),
  );
  await together(groups, async (members) => {
    const body = { kind: 'group', title: 'Rollout', memberIds: members.map(({ userId }) => userId) };
    const { conversation } = await patiently(() => http<Group>(`${up.apiUrl}/conversations`, { token, body }));
    for (const guest of members) guest.listen(conversation.id, conversation.seq);
  });
  await allThere(guests);
  return guests;
}

/** Whoever makes the groups has an account, and says nothing. */
async function register({ apiUrl }: UpProcess): Promise<string> {
  const body = { userName: 'host', password: 'correct horse battery' };
  return (await http<{ readonly token: string }>(`${apiUrl}/accounts`, { body })).token;
}

async function allThere(guests: readonly Guest[]): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!guests.every(({ isThere }) => isThere)) {
    if (performance.now() > giveUpAt) throw new Error('Not everybody was told of their group.');
    await Bun.sleep(20);
  }
}

/** A busy machine may refuse for a while. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === triesMax) throw error;
      await Bun.sleep(retryMs);
    }
  }
}

async function together<In, Out>(all: readonly In[], work: (each: In) => Promise<Out>): Promise<readonly Out[]> {
  const results: Out[] = [];
  const left = all.entries();
  const worker = async (): Promise<void> => {
    for (const [index, each] of left) results[index] = await work(each);
  };
  await Promise.all(Array.from({ length: togetherMax }, worker));
  return results;
}
