import type { Kysely, Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { Context } from './context.ts';

/** Settings of this name hold a user's devices that were signed out by a program without sockets, such as the command line. */
const prefix = 'ended-devices:';
/** How often they are looked for; sockets of an ended session close within 5 s. [D16] */
const intervalMs = 2_000;
const usersMax = 100;

/** Signs all of a user's devices out, and leaves word for the servers to close their sockets. */
export async function endOutside(tx: Transaction<Tables>, userId: number): Promise<void> {
  const devices = await tx.selectFrom('devices').select('id').where('user_id', '=', userId).execute();
  await tx.deleteFrom('devices').where('user_id', '=', userId).execute();
  const name = `${prefix}${userId}`;
  const earlier = await tx.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
  const ids = [...idsOf(earlier?.value ?? ''), ...devices.map((device) => device.id)];
  await tx.deleteFrom('settings').where('name', '=', name).execute();
  await tx
    .insertInto('settings')
    .values({ name, value: ids.join(',') })
    .execute();
}

/** Closes the sockets of devices that were ended elsewhere, every two seconds. Returns the function that stops it. */
export function startEndingOutside(context: Pick<Context, 'store' | 'endDevices' | 'log'>): () => void {
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    void closeEndedOutside(context).finally(() => {
      isRunning = false;
    });
  }, intervalMs);
  return () => clearInterval(timer);
}

/** One look. Never rejects: the next one tries again. */
export async function closeEndedOutside({
  store,
  endDevices,
  log,
}: Pick<Context, 'store' | 'endDevices' | 'log'>): Promise<void> {
  try {
    for (const { name, value } of await leftWord(store.db)) {
      await endDevices(Number(name.slice(prefix.length)), idsOf(value), 'session-ended');
      await store.write((tx) =>
        tx.deleteFrom('settings').where('name', '=', name).where('value', '=', value).execute(),
      );
    }
  } catch (error) {
    log.warn({ err: error }, 'devices ended elsewhere could not be closed yet');
  }
}

function leftWord(db: Kysely<Tables>) {
  return db
    .selectFrom('settings')
    .selectAll()
    .where('name', '>=', prefix)
    .where('name', '<', `${prefix}~`)
    .limit(usersMax)
    .execute();
}

function idsOf(value: string): number[] {
  return value === '' ? [] : value.split(',').map(Number);
}
