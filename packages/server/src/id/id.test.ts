import { afterAll, describe, expect, test } from 'bun:test';
import { ParleyError } from '@parley/protocol';
import { idServiceLimits, startIds } from './id.ts';

const secret = 'a secret of ours, long enough'.replaceAll(' ', '-');
let next = 1;
let isLeased = true;
const nextId = (): string => {
  if (!isLeased) throw new ParleyError('unavailable');
  return String(next++);
};
const place = { host: '127.0.0.1', port: 0, nextId, onDefect: () => undefined };
const open = startIds({ ...place, secret: '' });
const guarded = startIds({ ...place, secret });
afterAll(() => Promise.all([open.stop(), guarded.stop()]));

const get = (port: number, path: string, headers = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers });
const idsOf = async (path: string): Promise<readonly string[]> =>
  ((await (await get(open.port, path)).json()) as { readonly ids: readonly string[] }).ids;

describe('ids for other programs', () => {
  test('come one at a time, or a range in one answer', async () => {
    const [one, range] = [await idsOf('/v1/ids'), await idsOf(`/v1/ids?count=${idServiceLimits.countMax}`)];
    expect([one.length, range.length]).toEqual([1, idServiceLimits.countMax]);
    expect(new Set([...one, ...range]).size).toBe(1 + idServiceLimits.countMax);
  });

  test.each(['0', '-1', '1.5', '1e3', '', 'many', String(idServiceLimits.countMax + 1)])(
    'count=%s is refused and says what is allowed',
    async (count) => {
      const answer = await get(open.port, `/v1/ids?count=${count}`);
      expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'invalid-params' }]);
    },
  );

  test('D14 without a worker id there are none', async () => {
    isLeased = false;
    const answer = await get(open.port, '/v1/ids');
    isLeased = true;
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'unavailable' }]);
  });

  test('with a secret nobody gets one without it', async () => {
    for (const headers of [{}, { Authorization: secret }, { Authorization: `Bearer ${secret}x` }])
      expect((await get(guarded.port, '/v1/ids', headers)).status).toBe(401);
    expect((await get(guarded.port, '/v1/ids', { Authorization: `Bearer ${secret}` })).status).toBe(200);
  });

  test('there is nothing else', async () => {
    expect((await get(open.port, '/')).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${open.port}/v1/ids`, { method: 'POST' })).status).toBe(405);
  });
});
