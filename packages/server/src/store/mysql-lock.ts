import { lookAtServer, mySqlWire } from './mysql-server.ts';
import { ServerConnection } from './server-connection.ts';
import { keepIf, serverLockLimits } from './server-lock.ts';

/** Processes that share a database, at most. */
const sharersMax = 64;
/** One name for each place of each database: a name has 64 characters, and is the whole server's. */
const takePlaces = `select sum(get_lock(concat('parley ', left(sha2(database(), 256), 40), ' ', place), 0)) as taken
  from json_table(?, '$[*]' columns (place int path '$')) as places`;
const places = Array.from({ length: sharersMax }, (_, index) => index);

/** The lock of those that serve a database: who has it alone has all places, who shares it has one. */
export async function takeMySqlLock(url: string, isShared: boolean): Promise<ServerConnection | undefined> {
  const session = { wait_timeout: serverLockLimits.forgetS };
  const wire = mySqlWire(await lookAtServer(url), new Map());
  return keepIf(await ServerConnection.open(wire, { url, session }), async (connection) => {
    const take = async (wanted: readonly number[]) => {
      const rows = await connection.run<{ readonly taken: number | string }>(takePlaces, [JSON.stringify(wanted)]);
      return Number(rows[0]?.taken) === wanted.length;
    };
    if (!isShared) return take(places);
    for (const place of places) if (await take([place])) return true;
    return false;
  });
}
