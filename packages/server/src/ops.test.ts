import { afterAll, expect, test } from 'bun:test';
import { Counter, Registry } from 'prom-client';
import { startOps } from './ops.ts';

const metrics = new Registry();
new Counter({ name: 'parley_tested_total', help: 'Tests.', registers: [metrics] }).inc(3);
const defects: Error[] = [];
let isStoreThere = true;
let isRegistryThere = true;
const ops = startOps({
  host: '127.0.0.1',
  port: 0,
  metrics,
  checks: {
    store: async () => {
      if (!isStoreThere) throw new Error('gone');
    },
    queue: async () => undefined,
  },
  tolerated: {
    registry: async () => {
      if (!isRegistryThere) throw new Error('gone');
    },
  },
  onDefect: (error) => void defects.push(error),
});
afterAll(() => ops.stop());

const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${ops.port}${path}`);

test('a living process says so', async () => {
  expect(await (await get('/healthz')).json()).toEqual({ status: 'alive' });
});

test('a process is ready as long as all it needs works, and names what does not', async () => {
  expect(await (await get('/readyz')).json()).toEqual({ status: 'ready', failed: [] });
  isStoreThere = false;
  const response = await get('/readyz');
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: 'not ready', failed: ['store'] });
});

test('what a process can do without for a while is named, and it stays ready', async () => {
  isStoreThere = true;
  isRegistryThere = false;
  const response = await get('/readyz');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ready', failed: [], missed: ['registry'] });
});

test('metrics are those of the registry it was given, in Prometheus’s text', async () => {
  const response = await get('/metrics');
  expect(response.headers.get('Content-Type')).toStartWith('text/plain');
  expect(await response.text()).toContain('parley_tested_total 3');
});

test('seed: there is nothing else, no profiler above all', async () => {
  for (const path of ['/', '/debug/pprof/', '/v1/me']) expect((await get(path)).status).toBe(404);
});
