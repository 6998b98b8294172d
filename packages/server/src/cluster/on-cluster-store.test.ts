import { expect, test } from 'bun:test';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config/config.ts';
import { ClusterLock } from './cluster-lock.ts';
import { onClusterStore } from './on-cluster-store.ts';
import { removeStoreUrl, writeStoreUrl } from './store-url-file.ts';

const privateUrl = 'postgres://parley:secret@127.0.0.1:5432/postgres';

/** A data folder on which a cluster worked, with a store of its own. */
function leftData(): { readonly dataDir: string; readonly folder: string } {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-on-cluster-'));
  const folder = join(dataDir, 'cluster');
  mkdirSync(join(folder, 'postgres/data'), { recursive: true });
  return { dataDir, folder };
}

const at = (dataDir: string, more: Readonly<Record<string, string>> = {}) =>
  readConfig({ file: '', environment: { PARLEY_DATA_DIR: dataDir, ...more }, flags: {} });

test('without a cluster the store is the file, and nothing is made', () => {
  const dataDir = join(tmpdir(), 'parley-on-cluster-never-made');
  expect(onClusterStore(at(dataDir)).storeUrl).toBe('sqlite:');
  expect(existsSync(dataDir)).toBe(false);
});

test('while a cluster runs it is the private store of that, unless another one is named', () => {
  const { dataDir, folder } = leftData();
  const lock = ClusterLock.take(folder);
  writeStoreUrl(folder, privateUrl);
  expect(onClusterStore(at(dataDir))).toEqual(at(dataDir, { PARLEY_STORE_URL: privateUrl }));
  const chosen = at(dataDir, { PARLEY_STORE_URL: 'postgres://elsewhere/db' });
  expect(onClusterStore(chosen)).toBe(chosen);
  lock.release();
});

test('an address that a killed cluster left is not used: the cluster is to be started, or the file to be named', () => {
  const { dataDir, folder } = leftData();
  ClusterLock.take(folder).release();
  writeStoreUrl(folder, privateUrl);
  expect(() => onClusterStore(at(dataDir))).toThrow('which does not run. Start it (parley up --cluster).');
  const file = join(dataDir, 'parley.sqlite');
  writeFileSync(file, '');
  expect(() => onClusterStore(at(dataDir))).toThrow(`PARLEY_STORE_URL=sqlite:${file}`);
  expect(onClusterStore(at(dataDir, { PARLEY_STORE_URL: `sqlite:${file}` })).storeUrl).toBe(`sqlite:${file}`);
});

test('while a cluster starts, or runs on a store that only its settings name, nothing else is taken for it', () => {
  const { dataDir, folder } = leftData();
  const lock = ClusterLock.take(folder);
  expect(() => onClusterStore(at(dataDir))).toThrow('Set PARLEY_STORE_URL');
  writeStoreUrl(folder, privateUrl);
  removeStoreUrl(folder);
  expect(() => onClusterStore(at(dataDir))).toThrow('Set PARLEY_STORE_URL');
  lock.release();
});
