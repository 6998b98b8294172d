import { describe, expect, test } from 'bun:test';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, printConfig, readConfig } from './config.ts';

const read = (environment: Record<string, string> = {}, flags: Record<string, string> = {}, toml = '') => {
  const file = join(mkdtempSync(join(tmpdir(), 'parley-config-')), 'parley.toml');
  writeFileSync(file, toml);
  return readConfig({ file, environment, flags });
};

describe('configuration', () => {
  test('has the documented defaults', () => {
    expect(read()).toMatchObject({
      sitePort: 8080,
      apiPort: 7070,
      wsPort: 7000,
      tcpPorts: [7001, 7002],
      opsPort: 7090,
      dataDir: './data',
      host: '127.0.0.1',
    });
  });

  test('lets flags win over the environment, and that over the file', () => {
    const toml = 'site_port = 1\napi_port = 1\nws_port = 1';
    const config = read({ PARLEY_SITE_PORT: '2', PARLEY_API_PORT: '2' }, { 'site-port': '3' }, toml);
    expect([config.sitePort, config.apiPort, config.wsPort]).toEqual([3, 2, 1]);
  });

  test('names a wrong value by the key as it was written', () => {
    expect(() => read({ PARLEY_SITE_PORT: 'eighty' })).toThrow(/PARLEY_SITE_PORT = "eighty"/);
    expect(() => read({}, { 'tcp-ports': '1,70000' })).toThrow(/--tcp-ports/);
  });

  test('asks “did you mean” for an unknown key in each place', () => {
    expect(() => read({ PARLEY_SITE_PROT: '1' })).toThrow('Did you mean PARLEY_SITE_PORT?');
    expect(() => read({}, { 'site-prot': '1' })).toThrow('Did you mean --site-port?');
    expect(() => read({}, {}, 'site_prot = 1')).toThrow('Did you mean site_port?');
  });

  test('refuses a file that is not TOML, and a missing one that was asked for', () => {
    expect(() => read({}, {}, '= nonsense')).toThrow(ConfigError);
    expect(() =>
      readConfig({ file: '/nonexistent/parley.toml', isFileRequired: true, environment: {}, flags: {} }),
    ).toThrow(/no configuration file/);
  });

  test.each([
    'site_port = true',
    'site_port = []',
    'site_port = ""',
    'site_port = "0x50"',
    'site_port = "1e3"',
    'site_port = 80.5',
  ])('%s is no number', (line) => expect(() => read({}, {}, line)).toThrow(/site_port/));

  test('takes lists, and all for every role', () => {
    expect(read({ PARLEY_TCP_PORTS: '7101, 7102', PARLEY_ROLES: 'all' })).toMatchObject({
      tcpPorts: [7101, 7102],
      roles: ['api', 'logic', 'connect', 'task', 'site'],
    });
    expect(read({ PARLEY_ROLES: 'site,api' }).roles).toEqual(['site', 'api']);
  });

  test('takes proxies that are addresses and ranges, and nothing else', () => {
    const trustedProxies = ['10.0.0.0/8', '::1'];
    expect(read({ PARLEY_TRUSTED_PROXIES: '10.0.0.0/8, ::1' })).toMatchObject({ trustedProxies });
    expect(read().trustedProxies).toEqual([]);
    expect(() => read({ PARLEY_TRUSTED_PROXIES: 'localhost' })).toThrow(/PARLEY_TRUSTED_PROXIES.*10\.0\.0\.0\/8/);
    for (const range of ['0.0.0.0/0', '::/0', '127.0.0.1,10.0.0.0/0'])
      expect(() => read({ PARLEY_TRUSTED_PROXIES: range })).toThrow(/PARLEY_TRUSTED_PROXIES.*everybody/);
    expect(() => read({ PARLEY_TRUSTED_PROXIES: Array.from({ length: 65 }, () => '::1').join() })).toThrow(
      'at most 64',
    );
  });

  test('tells of secrets in a file that everybody can read, and of nothing else', () => {
    const warningsOf = (toml: string, mode: number): readonly string[] => {
      const file = join(mkdtempSync(join(tmpdir(), 'parley-config-')), 'parley.toml');
      writeFileSync(file, toml);
      chmodSync(file, mode);
      const warnings: string[] = [];
      readConfig({ file, environment: {}, flags: {}, onExposed: (warning) => void warnings.push(warning) });
      return warnings;
    };
    const secrets = `rpc_secret = "${'hunter2'.repeat(6)}"\nstore_url = "postgres://parley:hunter2@host/db"`;
    const plain = 'queue_url = "redis://host:6379/0"\nserver_name = "Chat"\nid_secret = ""';
    expect(warningsOf(`${secrets}\n${plain}`, 0o644)).toEqual([
      expect.stringMatching(/parley\.toml.*\(rpc_secret, store_url\): chmod 600/),
    ]);
    expect(warningsOf(secrets, 0o644).join()).not.toContain('hunter2');
    expect(warningsOf(secrets, 0o640)).toEqual([]);
    expect(warningsOf(plain, 0o644)).toEqual([]);
  });

  test('prints every key so that reading it back gives the same', () => {
    const config = read({ PARLEY_SERVER_NAME: 'A "quoted" name' });
    expect(read({}, {}, printConfig(config))).toEqual(config);
  });

  test('never prints a secret, and never says what was wrong with which', () => {
    const secret = 'hunter2'.repeat(6);
    expect(printConfig(read({ PARLEY_RPC_SECRET: secret, PARLEY_ID_SECRET: secret }))).not.toContain('hunter2');
    expect(() => read({ PARLEY_RPC_SECRET: 'hunter2' })).toThrow(/^Wrong value for PARLEY_RPC_SECRET: (?!.*hunter2)/);
  });

  test('never prints the secret of a URL', () => {
    const urls = [
      'user:hunter2@host/x?password=hunter2&sslkey=hunter2',
      'user:hunter2/or@hunter2?@host/x',
      ':hunter2@h',
    ];
    for (const url of urls) {
      const config = {
        ...read(),
        storeUrl: `sqlite://${url}`,
        queueUrl: `amqp://${url}`,
        registryUrl: `etcd://${url}`,
      };
      const printed = printConfig({ ...config, presenceUrl: `redis://${url}`, blobUrl: `s3://${url}` });
      expect(printed).not.toContain('hunter2');
      expect(printed).toContain('store_url = "sqlite://***@h');
    }
  });
});
