import { expect, test } from 'bun:test';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SQL } from 'bun';
import { EtcdClient } from '../../src/registry/etcd-client.ts';
import { parseEtcdUrl } from '../../src/registry/etcd-address.ts';
import { etcdKind, etcdUser } from '../../src/services/etcd.ts';
import { postgresKind, postgresUrl } from '../../src/services/postgres.ts';
import { redisKind } from '../../src/services/redis.ts';
import { processIds } from '../process-ids.ts';
import { describeWith, Service, type ServiceKind } from './service.ts';

const slow = 120_000;
const [secret, another] = ['a1'.repeat(32), 'b2'.repeat(32)];

/** What is kept over several starts of a service, in a folder every user may pass to. */
class Kept implements Disposable {
  readonly within = mkdtempSync('/tmp/parley-passwords-');
  readonly folder = join(this.within, 'kept');

  constructor() {
    mkdirSync(this.folder, { mode: 0o700 });
  }

  start(kind: ServiceKind, secret?: string): Promise<Service> {
    const { within, folder } = this;
    return Service.start(kind, { within, folder, ...(secret === undefined ? {} : { secret }) });
  }

  [Symbol.dispose](): void {
    chmodSync(this.within, 0o700);
    rmSync(this.within, { recursive: true, force: true });
  }
}

/** Of all processes, as everybody can read them. */
function commandLines(): string {
  return processIds()
    .map((pid) => readIfThere(`/proc/${pid}/cmdline`))
    .join('\n');
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

describeWith(postgresKind, () => {
  const ask = (port: number, password: string | undefined, text: string): Promise<unknown[] | string> =>
    askAt(postgresUrl(port, 'postgres', password), text);
  const askAt = async (url: string, text: string): Promise<unknown[] | string> => {
    await using client = new SQL({ url, max: 1 });
    return client.unsafe(text).then(
      (rows: unknown[]) => [...rows],
      (error: unknown) => (error as { errno?: string }).errno ?? String(error),
    );
  };

  test(
    'PostgreSQL that let in everybody asks for the password from the next start on, and has what it had',
    async () => {
      using kept = new Kept();
      const before = await kept.start(postgresKind);
      await ask(before.port, undefined, 'create table told (what text)');
      await ask(before.port, undefined, `insert into told values ('before')`);
      await ask(before.port, undefined, `create role planted superuser login password 'planted'`);
      const planted = ({ port }: Service): string => `postgres://planted:planted@127.0.0.1:${port}/postgres`;
      expect(await askAt(planted(before), 'select 1 as x')).toEqual([{ x: 1 }]);
      await ask(before.port, undefined, `alter system set hba_file = '${kept.folder}/none'`);
      await before.stop();

      const after = await kept.start(postgresKind, secret);
      expect(await askAt(planted(after), 'select 1')).toBeString();
      expect(await ask(after.port, secret, 'select what from told')).toEqual([{ what: 'before' }]);
      for (const wrong of [undefined, another, '']) expect(await ask(after.port, wrong, 'select 1')).toBeString();
      expect(await ask(after.port, secret, 'select 1 as x')).toEqual([{ x: 1 }]);
      expect(commandLines()).not.toContain(secret);
      expect(readFileSync(join(kept.folder, 'data/pg_hba.conf'), 'utf8')).not.toContain('trust');

      await after.kill();
      writeFileSync(join(kept.folder, 'data/pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n');
      await after.start();
      expect(await ask(after.port, another, 'select 1')).toBeString();
      expect(await ask(after.port, secret, 'select what from told')).toEqual([{ what: 'before' }]);
      await after.kill();
      const renewed = await kept.start(postgresKind, another);
      expect(await ask(renewed.port, secret, 'select 1')).toBeString();
      expect(await ask(renewed.port, another, 'select what from told')).toEqual([{ what: 'before' }]);
      await renewed.stop();
    },
    slow,
  );
});

describeWith(redisKind, () => {
  test(
    'Redis asks for the password that is in a file of its own, whatever was there before',
    async () => {
      using kept = new Kept();
      await (await kept.start(redisKind)).stop();
      for (const password of [secret, another]) {
        const redis = await kept.start(redisKind, password);
        expect(await redisKind.isReady(redis.port)).toBe(false);
        expect(await redisKind.isReady(redis.port, 'c3'.repeat(32))).toBe(false);
        expect(await redisKind.isReady(redis.port, password)).toBe(true);
        expect(commandLines()).not.toContain(password);
        expect(statSync(join(kept.folder, 'redis.conf')).mode & 0o777).toBe(0o600);
        await redis.stop();
      }
    },
    slow,
  );
});

describeWith(etcdKind, () => {
  const clientOf = ({ port }: Service, login: string): EtcdClient =>
    new EtcdClient(parseEtcdUrl(`etcd://${login}127.0.0.1:${port}/x`));
  const key = btoa('told');
  /** One of anybody's, and one who cannot be asked for a password. */
  const plantUsers = async (client: EtcdClient): Promise<void> => {
    await client.call('/v3/auth/role/add', { name: 'root' });
    for (const user of [
      { name: 'planted', password: 'planted' },
      { name: etcdUser, options: { no_password: true } },
    ]) {
      await client.call('/v3/auth/user/add', user);
      await client.call('/v3/auth/user/grant', { user: user.name, role: 'root' });
    }
  };

  test(
    'etcd that asked nobody asks for the password from the next start on, and has what it had',
    async () => {
      using kept = new Kept();
      const before = await kept.start(etcdKind);
      await clientOf(before, '').call('/v3/kv/put', { key, value: btoa('before') });
      await plantUsers(clientOf(before, ''));
      await before.stop();

      const after = await kept.start(etcdKind, secret);
      const login = `${etcdUser}:${secret}@`;
      const range = { kvs: [expect.objectContaining({ value: btoa('before') })] };
      expect(await clientOf(after, login).call<object>('/v3/kv/range', { key })).toMatchObject(range);
      for (const wrong of ['', `${etcdUser}:${another}@`, 'planted:planted@'])
        expect(await clientOf(after, wrong).call('/v3/kv/range', { key }).catch(String)).toContain('refuses');
      expect(statSync(join(kept.folder, 'members:1')).isSocket()).toBe(true);

      await after.kill();
      await after.start();
      expect(await clientOf(after, login).call<object>('/v3/kv/range', { key })).toMatchObject(range);
      await after.stop();
      expect(await kept.start(etcdKind, another).catch(String)).toContain('another password than is kept for it');
      await (await kept.start(etcdKind, secret)).stop();
    },
    slow,
  );
});
