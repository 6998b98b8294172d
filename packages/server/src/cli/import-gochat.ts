import { systemClock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { joinLobby } from '../logic/accounts.ts';
import { importGochat, type GochatImport } from '../store/import-gochat.ts';
import type { Side } from '../store/copy/copy-store.ts';

/** Imports the users of a gochat file and says what became of each that could not be taken as it was. @throws ImportError */
export async function importUsers(
  config: Config,
  file: string,
  openSide: (config: Config) => Promise<Side>,
): Promise<string> {
  const side = await openSide(config);
  await using store = side.store;
  return describe(
    await importGochat({ ...side, store }, file, (tx, userId) => joinLobby(tx, userId, systemClock.now())),
  );
}

const renameReasons = { taken: 'the name is taken here', invalid: 'the name has characters Parley does not allow' };
const skipReasons = { 'invalid-id': 'the id is not a positive integer', 'id-taken': 'another user has this id here' };

function describe({ imported, alreadyThere, renamed, withoutPassword, skipped }: GochatImport): string {
  return [
    `Imported ${imported} users; ${alreadyThere} were there already; ${skipped.length} could not be imported.`,
    ...renamed.map(
      ({ id, from, to, reason }) => `  renamed   ${id} ${quote(from)} is ${quote(to)}: ${renameReasons[reason]}`,
    ),
    ...withoutPassword.map(
      ({ id, name }) => `  password  ${id} ${quote(name)} needs a new one: parley user reset-password ${name}`,
    ),
    ...skipped.map(({ id, name, reason }) => `  skipped   ${String(id)} ${quote(name)}: ${skipReasons[reason]}`),
  ].join('\n');
}

const quote = (text: string): string => JSON.stringify(text);
