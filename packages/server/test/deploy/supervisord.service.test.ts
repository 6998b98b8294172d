import { describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type ParleyClient } from '@parley/sdk';
import { Cluster } from '../cluster/cluster.ts';
import { freePort } from '../free-port.ts';
import { etcdKind } from '../services/etcd.ts';
import { postgresKind } from '../services/postgres.ts';
import { redisKind } from '../services/redis.ts';
import { describeWith } from '../services/service.ts';
import { readDeploy, root } from './deploy-file.ts';

const program = Bun.which('supervisord');
const name = program === null ? 'needs supervisord: apt-get install --yes supervisor' : 'with supervisord';
const slow = 180_000;

/** What runs under supervisord, and the files it keeps in a folder of its own. */
class Supervised implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'parley-supervisord-'));
  readonly ports: readonly number[];
  readonly opsPrefix: number;
  private readonly process: Bun.Subprocess;

  private constructor(ports: readonly number[], opsPrefix: number, environment: Readonly<Record<string, string>>) {
    this.ports = ports;
    this.opsPrefix = opsPrefix;
    const [ws, tcp, site, api] = ports.map(String);
    const text = readDeploy('supervisord.conf')
      .replaceAll('%(here)s/..', root)
      .replaceAll('--ops-port 71', `--ops-port ${opsPrefix}`);
    writeFileSync(join(this.folder, 'supervisord.conf'), text);
    const { PARLEY_ROLES: _roles, ...shared } = environment;
    this.process = Bun.spawn([program ?? '', '--configuration', join(this.folder, 'supervisord.conf')], {
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? this.folder,
        ...shared,
        PARLEY_DATA_DIR: this.folder,
        PARLEY_WS_PORT: ws ?? '',
        PARLEY_TCP_PORTS: tcp ?? '',
        PARLEY_SITE_PORT: site ?? '',
        PARLEY_API_PORT: api ?? '',
        PARLEY_DRAIN_MS: '100',
      },
      stdout: 'ignore',
      stderr: 'inherit',
    });
  }

  /** Resolves when every program of it can serve. */
  static async start(environment: Readonly<Record<string, string>>): Promise<Supervised> {
    const ports = await Promise.all(Array.from({ length: 4 }, freePort));
    const supervised = new Supervised(ports, 100 + Math.floor(Math.random() * 200), environment);
    for (const ops of [11, 12, 21, 22, 31, 32, 41]) await supervised.isReady(ops);
    return supervised;
  }

  async isReady(ops: number): Promise<void> {
    while (
      !(await fetch(`http://127.0.0.1:${this.opsPrefix}${ops}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (this.process.exitCode !== null) throw new Error(`supervisord ended with code ${this.process.exitCode}.`);
      await Bun.sleep(50);
    }
  }

  async control(...words: readonly string[]): Promise<string> {
    const configuration = join(this.folder, 'supervisord.conf');
    const child = Bun.spawn(['supervisorctl', '--configuration', configuration, ...words], {
      env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA_DIR: this.folder },
      stdout: 'pipe',
    });
    return await new Response(child.stdout).text();
  }

  async guest(): Promise<ParleyClient> {
    const [ws, , , api] = this.ports;
    const client = createClient({ apiUrl: `http://127.0.0.1:${api}/v1`, socketUrl: `ws://127.0.0.1:${ws}/v1/socket` });
    await client.connect();
    await client.account.guest({ displayName: 'Guest' });
    client.conversation(1).open();
    return client;
  }

  /** Resolves with the exit code when it and all it started are gone. */
  async stop(): Promise<number> {
    this.process.kill('SIGTERM');
    return await this.process.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function sees(client: ParleyClient, text: string): Promise<void> {
  const texts = () =>
    client
      .conversation(1)
      .messages.getSnapshot()
      .items.map(({ content }) => JSON.stringify(content));
  while (!texts().some((content) => content?.includes(text))) await Bun.sleep(20);
}

describe.skipIf(program === null)(name, () =>
  describeWith(etcdKind, () =>
    describeWith(redisKind, () =>
      describeWith(postgresKind, () => {
        test(
          'deploy/supervisord.conf runs every role as programs, restarts one of them alone, and ends all of them',
          async () => {
            await using cluster = await Cluster.open({ store: 'postgres' });
            await using supervised = await Supervised.start(cluster.environmentOf('logic'));
            await using ann = await supervised.guest();
            await using ben = await supervised.guest();
            await ann.conversation(1).sendAndWait('before the restart');
            await sees(ben, 'before the restart');
            expect(await supervised.control('restart', 'connect:connect-1')).toContain('connect-1: started');
            await supervised.isReady(31);
            await ben.conversation(1).sendAndWait('after the restart');
            await sees(ann, 'after the restart');
            const states = await supervised.control('status');
            expect(states.match(/RUNNING/g)).toHaveLength(7);
            expect(await supervised.stop()).toBe(0);
            for (const ops of [11, 12, 21, 22, 31, 32, 41])
              await expect(fetch(`http://127.0.0.1:${supervised.opsPrefix}${ops}/healthz`)).rejects.toThrow();
          },
          slow,
        );
      }),
    ),
  ),
);
