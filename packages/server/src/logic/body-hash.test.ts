import { expect, test } from 'bun:test';
import { bodyHash } from './body-hash.ts';

test('D2 the same body has the same hash, whatever order custom keys came in', () => {
  const one = bodyHash({ type: 'custom', data: { a: 1, b: { c: [1, { x: 1, y: 2 }], d: 2 } } }, undefined);
  const two = bodyHash({ type: 'custom', data: { b: { d: 2, c: [1, { y: 2, x: 1 }] }, a: 1 } }, undefined);
  expect(one).toBe(two);
});

test('D2 another text, another reply and another order in a list are other bodies', () => {
  const hashes = [
    bodyHash({ type: 'text', text: 'a' }, undefined),
    bodyHash({ type: 'text', text: 'b' }, undefined),
    bodyHash({ type: 'text', text: 'a' }, 1),
    bodyHash({ type: 'text', text: 'a', mentions: [1] }, undefined),
    bodyHash({ type: 'custom', data: [1, 2] }, undefined),
    bodyHash({ type: 'custom', data: [2, 1] }, undefined),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});
