import { expect, test } from 'bun:test';
import { readConfig } from '../config/config.ts';
import { memberEnvironment } from './member-environment.ts';

const read = (environment: Readonly<Record<string, string>>) => readConfig({ file: '', environment, flags: {} });

test('a process reads from its environment exactly the configuration it is given, and nothing of ours that was there', () => {
  const given = {
    PARLEY_TCP_PORTS: '',
    PARLEY_ALLOWED_ORIGINS: 'https://a.example,https://b.example',
    PARLEY_RPC_SECRET: '0123456789abcdef0123456789abcdef',
    PARLEY_DATA_DIR: '/srv/a folder',
  };
  const config = { ...read(given), tcpPorts: [], sitePort: 81 };
  const environment = memberEnvironment(config, { PARLEY_SITE_PORT: '80', PATH: '/bin' });
  expect(read(environment)).toEqual(config);
  expect(environment['PATH']).toBe('/bin');
});
