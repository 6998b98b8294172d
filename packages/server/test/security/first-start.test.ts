import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settings } from '../../src/config/settings.ts';
import { freePort } from '../free-port.ts';

const root = join(import.meta.dir, '../../../..');
const main = join(import.meta.dir, '../../src/main.ts');

/** Every file that is in the repository. */
function tracked(): string[] {
  const { stdout } = Bun.spawnSync(['git', 'ls-files', '-z'], { cwd: root });
  return stdout
    .toString()
    .split('\0')
    .filter((path) => path !== '' && !/\.(?:png|jpg|woff2?|ico)$/.test(path));
}

/** What secrets look like. */
const secrets = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bsk-[A-Za-z0-9]{32,}\b/,
  /\bxox[abp]-[A-Za-z0-9-]{20,}/,
  /\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{20,}/,
];

/** In what is shipped nothing of the kind has a value either. */
const named = /\b\w*(?:secret|apiKey|password)\w*\s*[:=]\s*['"][^'"]{16,}['"]/i;
const shipped = /^(?:packages\/(?:protocol|sdk|server|web)\/src|bin)\/(?!.*\.test\.)(?!.*i18n)/;

test('no secret and no account is shipped', () => {
  const found: string[] = [];
  for (const path of tracked()) {
    if (path === 'packages/server/test/security/first-start.test.ts') continue;
    const text = readFileSync(join(root, path), 'utf8');
    for (const secret of shipped.test(path) ? [...secrets, named] : secrets)
      if (secret.test(text)) found.push(`${path}: ${secret.exec(text)?.[0].trim()}`);
    if (/\.(?:sqlite3?|db|pem|key|p12|env)$/.test(path)) found.push(path);
  }
  expect(tracked().length).toBeGreaterThan(300);
  expect(found).toEqual([]);
});

test('by default only this machine is let in', () => {
  expect(settings.host.schema.parse(undefined)).toBe('127.0.0.1');
  expect(settings.opsHost.schema.parse(undefined)).toBe('127.0.0.1');
  expect(settings.allowedOrigins.schema.parse(undefined)).toEqual([]);
  expect(settings.rateLimits.schema.parse(undefined)).toBe('on');
});

test('a first start makes a folder and files for its owner only, whatever the shell’s mask, and no account', async () => {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'parley-first-')), 'deep', 'data');
  const [site, api, ws, tcp, ops] = await Promise.all(Array.from({ length: 5 }, freePort));
  const args = [
    'start',
    '--data-dir',
    dataDir,
    '--site-port',
    site,
    '--api-port',
    api,
    '--ws-port',
    ws,
    '--tcp-ports',
    tcp,
    '--ops-port',
    ops,
  ];
  const child = Bun.spawn(['sh', '-c', 'umask 000; exec "$0" "$@"', process.execPath, main, ...args.map(String)], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdout: 'pipe',
    stderr: 'inherit',
  });
  try {
    for (let tries = 0; tries < 500 && !(await isReady(ops ?? 0)); tries++) await Bun.sleep(20);
    const entries = readdirSync(dataDir, { recursive: true, withFileTypes: true });
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(entries.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'parley.sqlite',
        'parley.sqlite-wal',
        'parley.sqlite-shm',
        'parley.sqlite.lock',
        'parley.log',
      ]),
    );
    for (const entry of entries)
      expect([entry.name, statSync(join(entry.parentPath, entry.name)).mode & 0o777]).toEqual([
        entry.name,
        entry.isDirectory() ? 0o700 : 0o600,
      ]);
    using database = new Database(join(dataDir, 'parley.sqlite'), { readonly: true });
    expect(
      database.query('select count(*) as n from users where password_hash is not null or is_admin = 1').get(),
    ).toEqual({ n: 0 });
    expect(database.query('select count(*) as n from devices').get()).toEqual({ n: 0 });
  } finally {
    child.kill();
    await child.exited;
  }
}, 60_000);

function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );
}
