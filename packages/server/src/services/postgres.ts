import { chmodSync, chownSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SQL } from 'bun';
import { StartError } from '../start-error.ts';
import { requirePassword, rulesPathIn } from './postgres-password.ts';
import type { ServiceKind, ServicePlace } from './service.ts';

const installed = '/usr/lib/postgresql';
export const postgresUser = 'parley';
/** There is always one of this name. */
export const postgresDatabase = 'postgres';

/** Whoever shows the password is let in as `parley`, who may do anything; the data is in the service's folder. */
export const postgresKind: ServiceKind = {
  name: 'postgres',
  package: 'postgresql',
  portCount: 1,
  find: () => programOf('postgres'),
  stopSignal: 'SIGINT',
  prepare(place) {
    if (isRoot()) letIn(place);
    if (!existsSync(join(place.folder, 'data'))) makeData(place);
    const { folder, secret } = place;
    if (secret === undefined) return;
    const server = [...unprivileged(), programOf('postgres') ?? ''];
    requirePassword({ folder, user: postgresUser, secret, server, asItsUser: unprivileged() });
  },
  command: unprivileged,
  arguments: ({ folder, ports: [port = 0] }) => [
    '-D',
    join(folder, 'data'),
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    '-c',
    `hba_file=${rulesPathIn(folder)}`,
    '-c',
    'shared_buffers=32MB',
  ],
  isReady: async (port, secret) => {
    const client = new SQL({ url: postgresUrl(port, postgresDatabase, secret), max: 1 });
    try {
      await client.unsafe('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.close({ timeout: 0 });
    }
  },
};

export function postgresUrl(port: number, database = postgresDatabase, secret?: string): string {
  const login = secret === undefined ? postgresUser : `${postgresUser}:${secret}`;
  return `postgres://${login}@127.0.0.1:${port}/${database}`;
}

function makeData({ folder, isKept }: ServicePlace): void {
  const begun = join(folder, 'begun');
  rmSync(begun, { recursive: true, force: true });
  const options = ['--auth=trust', '--encoding=UTF8', '--locale=C', `--username=${postgresUser}`];
  if (!isKept) options.push('--no-sync');
  const { success, stderr } = Bun.spawnSync([...unprivileged(), programOf('initdb') ?? '', ...options, begun]);
  if (!success) throw new Error(stderr.toString());
  // One that was interrupted is not taken for whole.
  renameSync(begun, join(folder, 'data'));
}

/** Debian keeps the programs of each version out of the PATH. */
function programOf(name: string): string | undefined {
  const versions = existsSync(installed) ? readdirSync(installed).toSorted((a, b) => Number(b) - Number(a)) : [];
  const paths = versions.map((version) => join(installed, version, 'bin', name));
  return paths.find((path) => existsSync(path)) ?? Bun.which(name) ?? undefined;
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): readonly string[] {
  return isRoot() ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
}

/** The folder becomes its user's, and those above it let that user pass. @throws StartError when they are not ours to open. */
function letIn({ folder, within }: ServicePlace): void {
  const [user, group] = [idOf('--user'), idOf('--group')];
  chownSync(folder, user, group);
  if (within === undefined) return;
  for (let path = dirname(folder); path.startsWith(within); path = dirname(path)) {
    const { uid, mode } = statSync(path);
    chownSync(path, uid, group);
    chmodSync(path, mode | groupPasses);
  }
  if (Bun.spawnSync([...unprivileged(), 'test', '-x', folder]).success) return;
  throw new StartError(
    `PostgreSQL does not run as root, and its own user cannot reach ${folder}. Start Parley as another user, choose a data_dir that everybody may pass to, such as below /var/lib, or set store_url.`,
  );
}

const groupPasses = 0o010;

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function idOf(which: '--user' | '--group'): number {
  return Number(Bun.spawnSync(['id', which, 'postgres']).stdout.toString());
}
