import { chownSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SQL } from 'bun';
import type { ServiceKind } from './service.ts';

/** May do anything with databases of tests, and nothing else: what is read-only is so for this one. */
const user = 'parley';
const password = 'parley';
/** May do anything. */
const administrator = 'administrator';
/** Databases of tests begin with this. */
export const mariaDbPrefix = 'store';

/** MariaDB with two users of its own; the data is in the service's folder. */
export const mariaDbKind: ServiceKind = {
  name: 'mariadb',
  package: 'mariadb-server',
  portCount: 1,
  find: () => find('mariadbd'),
  prepare({ folder }) {
    const data = join(folder, 'data');
    if (existsSync(data)) return;
    if (isRoot()) chownSync(folder, idOf('--user'), idOf('--group'));
    writeFileSync(join(folder, 'users.sql'), users);
    const options = [
      '--no-defaults',
      '--skip-test-db',
      '--auth-root-authentication-method=normal',
      `--datadir=${data}`,
    ];
    const { success, stderr } = Bun.spawnSync([...unprivileged(), find('mariadb-install-db') ?? '', ...options]);
    if (!success) throw new Error(stderr.toString());
  },
  command: unprivileged,
  arguments: ({ folder, ports: [port = 0] }) => [
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--init-file=${join(folder, 'users.sql')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=64M',
    '--innodb-log-file-size=64M',
  ],
  isReady: async (port) => {
    const client = new SQL({ url: mariaDbAdministration(port), max: 1 });
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

/** Run at each start: one statement a line. */
const users = `${[
  `create user if not exists ${administrator}@'127.0.0.1' identified by '${password}'`,
  `grant all on *.* to ${administrator}@'127.0.0.1'`,
  `create user if not exists ${user}@'127.0.0.1' identified by '${password}'`,
  `grant all on \`${mariaDbPrefix}%\`.* to ${user}@'127.0.0.1'`,
  `create database if not exists ${mariaDbPrefix}`,
].join(';\n')};\n`;

export function mariaDbUrl(port: number, database = mariaDbPrefix): string {
  return `mysql://${user}:${password}@127.0.0.1:${port}/${database}`;
}

/** Of one who may make databases, end connections and change the server. */
export function mariaDbAdministration(port: number): string {
  return `mysql://${administrator}:${password}@127.0.0.1:${port}/mysql`;
}

/** Servers are not in everybody's PATH. */
function find(name: string): string | undefined {
  const path = ['/usr/sbin', '/usr/bin'].map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
  return path ?? Bun.which(name) ?? undefined;
}

/** MariaDB refuses to run as root. */
function unprivileged(): readonly string[] {
  return isRoot() ? ['setpriv', '--reuid=mysql', '--regid=mysql', '--clear-groups'] : [];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function idOf(which: '--user' | '--group'): number {
  return Number(Bun.spawnSync(['id', which, 'mysql']).stdout.toString());
}
