import { expect, test } from 'bun:test';
import { gathered } from './gathered.ts';

test('what is asked within a tick is read at once, in bounded pieces, and each gets its own answer', async () => {
  const sizes: number[] = [];
  const double = gathered<object, number, number>(async (_source, requests) => {
    sizes.push(requests.length);
    return requests.map((request) => request * 2);
  });
  const source = {};
  const asked = Array.from({ length: 300 }, (_, index) => index);
  expect(await Promise.all(asked.map((request) => double(source, request)))).toEqual(
    asked.map((request) => request * 2),
  );
  expect(await double(source, 7)).toBe(14);
  expect(sizes).toEqual([256, 44, 1]);
});

test('D11 a read that fails fails for all that it was for, and the next one goes on', async () => {
  let isDown = true;
  const load = gathered<object, number, number>(async (_source, requests) => {
    if (isDown) throw new Error('down');
    return requests;
  });
  const source = {};
  const results = await Promise.allSettled([load(source, 1), load(source, 2)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  isDown = false;
  expect(await load(source, 3)).toBe(3);
});
