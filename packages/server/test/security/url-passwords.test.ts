import { describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parley, type Ran } from '../run-parley.ts';

const canary = 'hunter2canary';
/** As people write one, also where “/” and “@” should have been percent-encoded. */
const logins = [`u:${canary}`, `u:12/${canary}@x`];
/** Nobody listens there. */
const nowhere = '127.0.0.1:1';

const said = ({ out, err }: Ran): string => out + err;

describe('the password of an engine is in nothing that is printed or logged', () => {
  test.each(logins)('by doctor, start and config print: %s', async (login) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'parley-passwords-'));
    const env = {
      PARLEY_STORE_URL: `postgres://${login}@${nowhere}/db`,
      PARLEY_QUEUE_URL: `amqp://${login}@${nowhere}/vhost`,
      PARLEY_PRESENCE_URL: `redis://${login}@${nowhere}/0`,
      PARLEY_BLOB_URL: `s3://${login}@${nowhere}/bucket?region=x&tls=off`,
      PARLEY_OPS_PORT: '0',
      PARLEY_RPC_SECRET: canary.repeat(3),
    };
    const runs = [['doctor'], ['start'], ['config', 'print'], ['user', 'make-administrator', 'ann']];
    for (const args of runs) {
      const ran = await parley(args, { dataDir, env });
      expect([args, ran.code === 0, said(ran).includes(canary)]).toEqual([args, args[0] === 'config', false]);
    }
    const log = join(dataDir, 'parley.log');
    expect(existsSync(log) && readFileSync(log, 'utf8').includes(canary)).toBe(false);
  });

  test.each([`u:p/${canary}`, `${canary}:x/y`, `u:${canary}/p`])(
    'where the registry’s is no address: %s',
    async (login) => {
      const ran = await parley(['start'], { env: { PARLEY_REGISTRY_URL: `etcd://${login}@${nowhere}/parley` } });
      expect([ran.code, said(ran).includes(canary), ran.err.includes('percent-encoded')]).toEqual([1, false, true]);
    },
  );

  test.each(logins)('by a copy: %s', async (login) => {
    const url = `mysql://${login}@${nowhere}/db`;
    for (const sides of [
      ['env:OLD', 'sqlite:'],
      ['sqlite:', 'env:MISTYPED'],
    ]) {
      const ran = await parley(['store', 'copy', ...sides], { env: { OLD: url, MISTYPED: `x${url}` } });
      expect([ran.code, said(ran).includes(canary)]).toEqual([1, false]);
    }
  });
});

test('a copy takes the names of variables that hold its addresses', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-passwords-'));
  const env = { NEW_STORE: `sqlite:${join(dataDir, 'new.sqlite')}` };
  await parley(['user', 'create', 'ann'], { dataDir, input: 'correct horse battery\ncorrect horse battery\n' });
  const copied = await parley(['store', 'copy', 'env:PARLEY_STORE_URL', 'env:NEW_STORE'], {
    dataDir,
    env: { ...env, PARLEY_STORE_URL: 'sqlite:' },
  });
  expect([copied.code, copied.out]).toEqual([0, expect.stringMatching(/users +1 rows copied/)]);
  const unknown = await parley(['store', 'copy', 'sqlite:', 'env:NEWSTORE'], { dataDir, env });
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('env:NEWSTORE')]);
  const help = await parley(['store', 'copy', '--help']);
  expect(Bun.stripANSI(help.out)).toContain('env:NAME');
}, 20_000);
