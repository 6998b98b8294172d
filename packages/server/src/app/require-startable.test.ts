import { describe, expect, test } from 'bun:test';
import { readConfig } from '../config/config.ts';
import { StartError } from '../start-error.ts';
import { requireStartable } from './require-startable.ts';

const secret = '0123456789abcdef0123456789abcdef';
const meeting = { PARLEY_REGISTRY_URL: 'etcd://one', PARLEY_PRESENCE_URL: 'redis://one' };
const linked = { ...meeting, PARLEY_RPC_SECRET: secret };

const start = (roles: string, environment: Readonly<Record<string, string>> = {}): void =>
  requireStartable(readConfig({ file: '', environment: { PARLEY_ROLES: roles, ...environment }, flags: {} }));

describe('what can start', () => {
  test.each([
    ['all', {}],
    ['site', {}],
    ['id', {}],
    ['site,id', {}],
    ['all', linked],
    ['connect', linked],
    ['connect', { ...linked, PARLEY_FAULTS: 'on' }],
    ['site', { PARLEY_FAULTS: 'on' }],
    ['logic,task', linked],
    ['logic', { ...linked, PARLEY_QUEUE_URL: 'redis://one' }],
    ['task', { ...linked, PARLEY_QUEUE_URL: 'redis://one' }],
    ['site,api', { ...linked, PARLEY_PRESENCE_URL: 'memory:' }],
    ['connect', { ...linked, PARLEY_RPC_HOST: '0.0.0.0', PARLEY_RPC_ADDRESS: 'http://10.0.0.5:7080' }],
    ['id', { PARLEY_ID_HOST: '0.0.0.0', PARLEY_ID_SECRET: secret }],
  ])('%s with %p', (roles, environment) => start(roles, environment));
});

describe('what cannot work is refused, naming what to set', () => {
  test.each([
    ['connect', {}, 'PARLEY_REGISTRY_URL'],
    ['api', { ...linked, PARLEY_REGISTRY_URL: 'local:' }, 'PARLEY_REGISTRY_URL'],
    ['connect', { ...linked, PARLEY_PRESENCE_URL: 'memory:' }, 'PARLEY_PRESENCE_URL'],
    ['all', { PARLEY_RPC_SECRET: secret }, 'PARLEY_REGISTRY_URL'],
    ['connect', meeting, 'PARLEY_RPC_SECRET'],
    ['logic', linked, 'PARLEY_QUEUE_URL'],
    ['task', linked, 'PARLEY_QUEUE_URL'],
    ['connect', { ...linked, PARLEY_RPC_HOST: '0.0.0.0' }, 'PARLEY_RPC_ADDRESS'],
    ['id', { PARLEY_ID_HOST: '0.0.0.0' }, 'PARLEY_ID_SECRET'],
    ['all', { PARLEY_FAULTS: 'on', PARLEY_OPS_HOST: '0.0.0.0' }, 'PARLEY_OPS_HOST'],
  ])('%s with %p', (roles, environment, named) => {
    expect(() => start(roles, environment)).toThrow(StartError);
    expect(() => start(roles, environment)).toThrow(named);
  });
});
